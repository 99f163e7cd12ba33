"""Other rules tried on everything received: told truly, and nothing kept."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from expectations.rules.ruleset import SHIPPED, changed
from tests.cli.conftest import runner
from tests.installations import figures, moscow, take, warehouse_of
from tests.workbooks import PAIRS, PEOPLE, submission, write
from warehouse.installation.home import Home
from warehouse.preview.rehearse import MovedShare, rehearse

AGAIN = moscow("2022-01-11 12:00")
AGED = PEOPLE.replace("05.05.2009", "05.05.1999")  # a pupil of 22: doubted, and counted
WITHOUT_CONSENT = PEOPLE.replace("| 01.10.2020\n    У-3", "| \n    У-3")
FEWER = "\n".join(line for line in PAIRS.splitlines() if "П-2" not in line)


@pytest.fixture(scope="module")
def town(home: Home) -> Home:
    """A pupil too old, one without consent, and a school whose second submission has one pair instead of two."""
    for name, sheets in {
        "NSH-S007/a.xlsx": submission(Участники=AGED),
        "NSH-S008/a.xlsx": submission("NSH-S008", Участники=WITHOUT_CONSENT),
        "NSH-S003/a.xlsx": submission("NSH-S003"),
    }.items():
        write(home.settings.inbox / name, sheets)
    take(home)
    write(home.settings.inbox / "NSH-S003/b.xlsx", submission("NSH-S003", Пары=FEWER))
    take(home, AGAIN)
    return home


def test_the_rules_that_hold_change_nothing(town: Home) -> None:
    found = rehearse(town, SHIPPED)
    assert (found.deliveries, found.turned, found.findings, found.figures) == (4, [], {}, [])


def test_a_doubt_made_an_error_takes_rows_and_people_away(town: Home) -> None:
    """The pupil of 22 would no longer count, nor the pair with him: 1 of 100 in that school."""
    found = rehearse(town, changed([("age-implausible", "error")]))
    assert [(one.institution_code, one.before, one.after) for one in found.turned] == [
        ("NSH-S007", "accepted", "accepted_with_errors")
    ]
    by_place = {(one.scope_type, one.scope_code): (one.before, one.after) for one in found.figures}
    assert by_place["institution", "NSH-S007"] == (Decimal("2.00"), Decimal("1.00"))
    assert ("institution", "NSH-S008") not in by_place


def test_a_wider_limit_takes_doubts_away_and_a_narrower_one_adds_some(town: Home) -> None:
    assert rehearse(town, changed([("age-implausible.student_to", "22")])).findings == {"age-implausible": (1, 0)}
    found = rehearse(town, changed([("participation-drop.percent", "49")]))
    assert (found.findings, found.turned, found.figures) == ({"participation-drop": (0, 1)}, [], [])


def test_what_is_told_is_what_such_rules_would_have_made(
    town: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The figures rehearsed are those of an installation that was judged so from the start."""
    rules = changed([("consent-missing", "error"), ("age-implausible", "error")])
    told = {(one.scope_type, one.scope_code): one.after for one in rehearse(town, rules).figures}
    monkeypatch.setattr("warehouse.restatement.adopted.SHIPPED", rules)
    from tests.installations import installation

    with installation(tmp_path / "home") as other:
        for name, sheets in {
            "NSH-S007/a.xlsx": submission(Участники=AGED),
            "NSH-S008/a.xlsx": submission("NSH-S008", Участники=WITHOUT_CONSENT),
            "NSH-S003/a.xlsx": submission("NSH-S003", Пары=FEWER),
        }.items():
            write(other.settings.inbox / name, sheets)
        take(other)
        made = {
            (row["scope_type"], row["scope_code"]): row["value"]
            for row in figures(other).to_pylist()
            if row["indicator"] == "students_involved"
        }
    assert told and {scope: made[scope] for scope in told} == told


def test_nothing_is_kept(town: Home) -> None:
    before = warehouse_of(town)
    rehearse(town, changed([("age-implausible", "error")]))
    assert warehouse_of(town) == before


def test_the_command(tmp_path: Path) -> None:
    run = runner(tmp_path / "home")
    write(tmp_path / "home/inbox/NSH-S007/a.xlsx", submission(Участники=AGED))
    assert run("intake", "--received-at", "2022-01-10").exit_code == 0
    shown = run("rehearse", "--set", "age-implausible=error")
    assert shown.exit_code == 0
    assert "Примерено сдач: 1. Ничего не изменено." in shown.stdout
    assert "NSH-S007" in shown.stdout and "принято без строк с ошибками" in shown.stdout
    (tmp_path / "rules.toml").write_text('age-implausible = "error"\n[participation-drop]\npercent = 30\n')
    told = json.loads(run("rehearse", "--rules", tmp_path / "rules.toml", "--format", "json").stdout)
    assert told["turned"][0]["after"] == "accepted_with_errors"
    assert {MovedShare(**one).scope_code for one in told["figures"]} >= {"NSH-S007", "NSH"}
    for words in ([], ["--set", "no=1"], ["--rules", __file__]):
        assert run("rehearse", *words).exit_code == 2
