"""Restatement: stored deliveries judged anew, told at their time, made again by a rebuild."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from expectations.judge import version_of
from expectations.rules.ruleset import SHIPPED, changed, read
from tests.installations import figures, learn, moscow, rows, state, take
from tests.restating.collection import (
    AGED,
    AS_OF,
    STRICT,
    in_force,
    rebuilt_alike,
    restated,
    sent,
    share,
    turned,
)
from warehouse.copies.belonging import known_to
from warehouse.gate.rehearsal import rehearse
from warehouse.installation.home import Home
from warehouse.journal.decisions import withdraw
from warehouse.journal.journal import all_entries
from warehouse.release.publish import make_release
from warehouse.release.verification import verify
from warehouse.restatement import restating
from warehouse.restatement.backfill import Asked, plan
from warehouse.revisions.parts import revisions
from warehouse.revisions.states import moment_state, release_state
from warehouse.tables.tables import table

pytestmark = pytest.mark.slow  # a history is made anew
WITHOUT_D001 = """
    code,name,aliases,kind,level,municipality,region,valid_from,valid_to
    NSH-S007,МБОУ СОШ № 7,,ОУ,СОШ,NSH,61,2020-09-01,
    NSH-S008,МБОУ СОШ № 8,,ОУ,СОШ,NSH,61,2020-09-01,
    NSH-S003,МБОУ СОШ № 3,,ОУ,СОШ,NSH,61,2020-09-01,
    NSH-N001,Новая школа,,ОУ,СОШ,NSH,61,2020-09-01,
"""


def test_rules_are_told_and_taken_back() -> None:
    rules = changed(
        [("participation-drop.percent", "30"), ("consent-missing", "error"), ("enrolment-jump.percent", "20")]
    )
    assert rules.text == "consent-missing=error\nparticipation-drop.percent=30"
    assert read(rules.text).text == rules.text
    assert (SHIPPED.text, read("").text) == ("", "")


def test_a_restatement_holds_from_its_time_on(either: Home) -> None:
    home = either
    folder = make_release(home, AS_OF, moscow("2022-01-20 09:00"))
    before = figures(home)
    assert (share(before, "NSH-S007"), share(before, "NSH-S008")) == ("2.00", "1.00")

    asked = Asked(AS_OF, AS_OF, STRICT)
    seen = state(home)
    told = plan(home, asked, moscow("2022-02-01 09:00"))
    assert state(home)["warehouse"] == seen["warehouse"]
    assert turned(told.restatement) == [
        ("NSH-S007", "accepted", "accepted_with_errors"),
        ("NSH-S008", "accepted", "accepted_with_errors"),
        ("NSH-S008", "accepted", "accepted_with_errors"),
    ]
    done = restated(home, STRICT, "2022-02-01 09:00")
    assert (done.turned, done.adopted) == (told.restatement.turned, told.restatement.adopted)

    after = figures(home)
    assert (share(after, "NSH-S007"), share(after, "NSH-S008")) == ("1.00", "1.00")  # its pair was not the second's
    moved = [one for one in told.figures if one.scope_type == "institution"]
    assert [(one.scope_code, str(one.before), str(one.after)) for one in moved] == [("NSH-S007", "2.00", "1.00")]
    assert figures(home, known_at=moscow("2022-01-31 09:00")) == before
    newest = {one.institution_code: one.by_delivery for one in done.turned}  # of each its last file
    assert in_force(home) == newest
    with home.reading() as connection:
        known = known_to(all_entries(connection))  # what a backup takes
    for name in newest.values():
        (receipt,) = home.settings.receipts.glob(f"*/*_{name}/receipt.json")
        assert known.knows(str(receipt.relative_to(home.settings.home)))

    with home.reading() as connection:
        why = revisions(connection, release_state(connection, folder.name), moment_state(connection, None))
    assert set(why["cause"].to_pylist()) == {"rules"}
    assert verify(folder) == []
    points = rehearse(home, AS_OF, moscow("2022-02-02 09:00"))
    assert any("пересмотр по правилам" in one.detail for one in points if one.title == "Пересмотры")
    assert verify(make_release(home, AS_OF, moscow("2022-02-02 09:00"))) == []  # counted twice, and both agree
    rebuilt_alike(home)
    assert restated(home, STRICT, "2022-02-03 09:00").entry is None
    assert restated(home, None, "2022-02-03 09:00").entry is None


def test_later_files_of_the_dates_are_judged_by_the_rules_adopted(home: Home) -> None:
    restated(home, STRICT, "2022-02-01 09:00")
    sent(home, "NSH-S003/late.xlsx", "NSH-S003", Участники=AGED)
    sent(home, "NSH-S007/again.xlsx", "NSH-S007", Участники=AGED)  # says what is in force
    lines = take(home, moscow("2022-02-02 09:00")).lines
    assert {(one.institution_code, one.verdict) for one in lines} == {
        ("NSH-S003", "accepted_with_errors"), ("NSH-S007", "duplicate"),
    }  # fmt: skip
    told = rows(home, table("deliveries"), "verdict", "ruleset")
    (strict,) = {ruleset for verdict, ruleset in told if verdict == "accepted_with_errors"}
    assert strict == version_of(STRICT) != version_of(SHIPPED)
    restated(home, SHIPPED, "2022-02-03 09:00")
    assert share(figures(home), "NSH-S003") == "2.00"
    rebuilt_alike(home)


def test_one_accepted_anew_keeps_its_place_between_the_others(home: Home, tmp_path: Path) -> None:
    """The register learns of a school whose file was refused; one that fell out of it is refused now."""
    sent(home, "NSH-D001/a.xlsx", "NSH-D001")
    take(home, moscow("2022-01-12 12:00"))
    learn(home, tmp_path / "register", moscow("2022-01-20 09:00"), institutions=WITHOUT_D001)
    done = restated(home, None, "2022-02-01 09:00")
    assert ("NSH-N001", "rejected", "accepted") in turned(done)
    assert ("NSH-D001", "accepted", "rejected") in turned(done)
    assert done.adopted is None
    assert share(figures(home), "NSH-N001") == "2.00"
    assert "NSH-D001" not in in_force(home)
    sent(home, "NSH-N001/again.xlsx", "NSH-N001")
    assert [one.verdict for one in take(home, moscow("2022-02-02 09:00")).lines] == ["duplicate"]
    rebuilt_alike(home)
    assert restated(home, None, "2022-02-03 09:00").entry is None


def test_what_is_withdrawn_stays_so(home: Home) -> None:
    last = in_force(home)["NSH-S008"]
    with home.writing() as connection:
        withdraw(connection, last, moscow("2022-01-20 09:00"))
    done = restated(home, STRICT, "2022-02-01 09:00")
    assert last not in {one.delivery for one in done.turned}
    first = next(one for one in done.turned if one.institution_code == "NSH-S008")
    assert in_force(home)["NSH-S008"] == first.by_delivery
    with home.writing() as connection:
        withdraw(connection, first.by_delivery, moscow("2022-02-02 09:00"))
    assert "NSH-S008" not in in_force(home)
    rebuilt_alike(home)


def test_there_and_back_again_is_where_it_was(either: Home) -> None:
    """Whatever rules were adopted in between: today's series is as if they never were, and theirs is still known."""
    home = either
    chance, before = random.Random(7), figures(home)
    choices = [
        ("age-implausible", "error"), ("age-implausible.student_to", "30"), ("consent-missing", "error"),
        ("participation-drop.percent", "10"), ("duplicate-person", "error"),
    ]  # fmt: skip
    known: dict[str, pa.Table] = {}
    for month in (2, 3):
        rules = changed(chance.sample(choices, chance.randint(1, 3)))
        restated(home, rules, f"2022-{month:02}-01 09:00")
        known[f"2022-{month:02}-01 10:00"] = figures(home)
        restated(home, SHIPPED, f"2022-{month:02}-02 09:00")
        assert figures(home) == before
    for moment, told in known.items():
        assert figures(home, known_at=moscow(moment)) == told
    rebuilt_alike(home)


def test_killed_anywhere_it_is_completed_by_the_same_call(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    sent(home, "NSH-S003/late.xlsx", "NSH-S003", Участники=AGED)
    seen = state(home)["warehouse"]
    stored: list[int] = []

    def dies(*arguments: Any) -> None:
        real(*arguments)
        stored.append(1)
        if len(stored) == 2:
            raise KeyboardInterrupt

    real = restating._Anew.store
    with monkeypatch.context() as patch:
        patch.setattr(restating._Anew, "store", dies)
        with pytest.raises(KeyboardInterrupt):
            restated(home, STRICT, "2022-02-01 09:00")
    assert state(home)["warehouse"] == seen
    assert len(restated(home, STRICT, "2022-02-01 09:00").turned) == 3
    assert share(figures(home), "NSH-S003") == "1.00"
    assert restated(home, STRICT, "2022-02-01 10:00").entry is None
    rebuilt_alike(home)
