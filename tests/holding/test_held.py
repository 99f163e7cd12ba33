"""A delivery that loses many pupils waits for a person, and everybody who looks is told so."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from flows.artifacts import HELD, intake_rows
from flows.standing import rows_of, standing
from tests.holding.pupils import with_pupils
from tests.installations import figures, installation, moscow, take
from tests.workbooks import write
from warehouse.collection.status import status_of
from warehouse.gate.points import PASSES, WARNS
from warehouse.gate.rehearsal import rehearse
from warehouse.ingestion.intake import IntakeSummary
from warehouse.ingestion.rebuild import rebuild
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured, read_settings
from warehouse.journal.journal import RECEIVED, all_entries, known_by
from warehouse.lineage.traced import trace
from warehouse.mail.owing import owed_on
from warehouse.preview.checking import check_files
from warehouse.preview.effect import Effect
from warehouse.receipts import write_pending_receipts
from warehouse.release.publish import make_release
from warehouse.review.held import waiting_deliveries
from warehouse.review.holding import confirm_held
from warehouse.revisions.parts import revisions
from warehouse.revisions.states import moment_state

AS_OF = date(2021, 12, 31)
FIRST, SECOND, CONFIRMED = (moscow(f"2022-01-{day} 12:00") for day in (10, 11, 12))
REASON = "Пробный и Мнимая окончили школу"


def deliver(home: Home, pupils: int, at: str, as_of: str = "31.12.2021") -> IntakeSummary:
    write(home.settings.inbox / "NSH-S007/a.xlsx", with_pupils(pupils, as_of=as_of))
    return take(home, moscow(at))


def involved(home: Home, known_at: str | None = None) -> int | None:
    told = figures(home, AS_OF, moscow(known_at) if known_at else None).to_pylist()
    key = ("students_involved", "NSH-S007", AS_OF)
    return next(
        (int(row["numerator"]) for row in told if (row["indicator"], row["scope_code"], row["as_of"]) == key), None
    )


def receipt(home: Home, delivery: str) -> dict:
    (path,) = home.settings.receipts.glob(f"*/*_{delivery}/receipt.json")
    return json.loads(path.read_text())


def protocol(home: Home, delivery: str) -> str:
    (path,) = home.settings.receipts.glob(f"*/*_{delivery}/протокол.xlsx")
    return "\n".join(str(cell) for row in openpyxl.load_workbook(path).active.values for cell in row if cell)


@dataclass
class Story:
    """Nine pupils, then four: the second delivery waits; then it is confirmed."""

    home: Home
    first: str
    second: str
    effect: Effect
    rows: list[dict]
    waiting_release: Path
    told: dict[str, object]


@pytest.fixture(scope="module")
def story(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Story:
    (first,) = deliver(home, 9, "2022-01-10 12:00").lines
    book = write(tmp_path_factory.mktemp("checked") / "a.xlsx", with_pupils(4))
    (checked,) = check_files(home, [book], None, SECOND)
    assert checked.effect is not None
    summary = deliver(home, 4, "2022-01-11 12:00")
    (second,) = summary.lines
    write(home.settings.inbox / "NSH-S007/saved anew.zip", with_pupils(4))
    again = take(home, moscow("2022-01-11 13:00")).lines[0].delivery
    told = {
        "receipt": receipt(home, second.delivery), "protocol": protocol(home, second.delivery),
        "again": receipt(home, again)["verdict"]["next"], "status": standing(status_of(home, date(2022, 1, 11)), CONFIRMED.tzinfo),
        "gate": {one.title: one for one in rehearse(home, AS_OF, SECOND)}["Удержанные сдачи"],
        "trace": _traced(home, second.delivery), "kpi": involved(home),
    }  # fmt: skip
    release = make_release(home, AS_OF, moscow("2022-01-11 18:00"))
    confirm_held(home, second.delivery, CONFIRMED, "начальник отдела", REASON)
    write_pending_receipts(home)
    rows = intake_rows(summary.lines, {"NSH-S007"}, (), summary.held)
    return Story(home, first.delivery, second.delivery, checked.effect, rows, release, told)


def _traced(home: Home, delivery: str) -> tuple[bool, bool | None]:
    with home.reading() as connection:
        found = trace(connection, delivery, "Пары", 2)
    return found.holds[""], found.held.waits if found.held else None


def test_before_it_is_submitted_one_is_told(story: Story) -> None:
    drop = story.effect.held_for
    assert drop is not None
    assert (drop.before, drop.after, drop.lost, drop.compared_to) == (9, 4, 55, story.first)


def test_it_is_accepted_and_the_former_one_counts(story: Story) -> None:
    assert story.rows[0] == {"организация": "всего", "принято": 1, "принято с ошибками": 0, "отклонено": 0,
                             "повторов": 0, HELD: 1, "в чужую папку": 0}  # fmt: skip
    assert story.told["kpi"] == 9
    assert story.told["trace"] == (False, True)


def test_the_receipt_says_what_is_held_why_and_what_to_do(story: Story) -> None:
    told: dict = story.told["receipt"]  # type: ignore[assignment]
    assert (told["verdict"]["code"], told["verdict"]["title"]) == ("accepted", "Принято, но ждёт подтверждения")
    for words in ("было 9 (на 31.12.2021), стало 4, на 55 % меньше", f"В силе сдача {story.first}", "сообщите об этом",
                  "пришлите её снова"):  # fmt: skip
        assert words in told["verdict"]["next"]
        assert words in str(story.told["protocol"])
    assert (told["held"]["waits"], told["in_force"]["delivery"]) == (True, story.first)
    assert "ждёт подтверждения" in str(story.told["again"])


def test_status_and_checklist_name_it(story: Story) -> None:
    status: dict = story.told["status"]  # type: ignore[assignment]
    assert [(one["delivery"], one["before"], one["after"]) for one in status["held"]] == [(story.second, 9, 4)]
    (row,) = [one for one in rows_of(status["dates"][0]) if one["код"] == "NSH-S007"]
    assert row["состояние"] == "сдано; новая сдача ждёт подтверждения"
    point = story.told["gate"]
    assert (point.level, "NSH-S007 (9 → 4)" in point.detail) == (WARNS, True)  # type: ignore[attr-defined]


def test_a_release_shows_it_waiting(story: Story) -> None:
    folder = story.waiting_release
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["waiting"] == [
        {"as_of": "2021-12-31", "institution_code": "NSH-S007", "delivery": story.second, "before": 9, "after": 4}
    ]
    assert "Ждут подтверждения" in (folder / "report.html").read_text()
    title = openpyxl.load_workbook(folder / "kpi.xlsx")["Титул"]
    told = {row[0]: row[1] for row in title.iter_rows(values_only=True)}
    assert told["Ждут подтверждения"] == "МБОУ СОШ № 7 на 31.12.2021: было 9, стало 4"


def test_once_confirmed_it_counts_from_then_on(story: Story) -> None:
    assert involved(story.home, "2022-01-12 11:59") == 9
    assert involved(story.home, "2022-01-12 12:00") == involved(story.home) == 4
    assert _traced(story.home, story.second) == (True, False)


def test_its_sender_gets_another_receipt(story: Story) -> None:
    told = receipt(story.home, story.second)
    assert (told["verdict"]["title"], told["in_force"]["delivery"]) == ("Принято", story.second)
    assert told["held"]["confirmed_at"] == CONFIRMED.isoformat()
    assert "Подтверждено" in protocol(story.home, story.second)


def test_the_change_is_a_correction_of_that_time(story: Story) -> None:
    with story.home.reading() as connection:
        states = [moment_state(connection, at) for at in (FIRST, moscow("2022-01-12 11:59"), CONFIRMED)]
        before = revisions(connection, *states[:2])
        after = revisions(connection, *states[1:])
    assert before.num_rows == 0
    told = {(row["cause"], row["numerator_change"]) for row in after.to_pylist()
            if (row["indicator"], row["scope_code"]) == ("students_involved", "NSH-S007")}  # fmt: skip
    assert told == {("correction", -5)}


def test_a_first_submission_of_a_later_date_comes_late_when_it_is_confirmed(story: Story) -> None:
    """Compared with the date before it; nobody who has sent it is reminded of it, and nothing counts yet."""
    home, day = story.home, date(2022, 3, 31)
    summary = deliver(home, 1, "2022-04-02 12:00", "31.03.2022")
    assert summary.held == [summary.lines[0].delivery]
    assert "NSH-S007" not in {
        one.institution.code for one in owed_on(home, date(2022, 4, 3)) if one.reason == "missing"
    }
    with home.reading() as connection:
        (held,) = waiting_deliveries(connection, known_by(connection, None), day)
        before = moment_state(connection, None)
    assert (held.drop.before, held.drop.after, held.drop.compared_on) == (4, 1, AS_OF)
    confirm_held(home, held.delivery, moscow("2022-04-03 12:00"), "начальник отдела")
    with home.reading() as connection:
        told = revisions(connection, before, moment_state(connection, None)).to_pylist()
    assert {row["cause"] for row in told} == {"late_submission"}
    assert {one.title: one.level for one in rehearse(home, day, moscow("2022-04-20 12:00"))}[
        "Удержанные сдачи"
    ] == PASSES


def test_the_reason_is_sealed(story: Story) -> None:
    notes = story.home.notes
    assert REASON in {notes.read(path.name) for path in notes.paths()}
    assert all(REASON.encode() not in path.read_bytes() for path in story.home.settings.notes.iterdir())


def test_what_does_not_wait_is_not_confirmed(story: Story) -> None:
    home = story.home
    held = deliver(home, 1, "2022-01-13 12:00").held[0]
    mended = deliver(home, 2, "2022-01-14 12:00")  # still half of them lost: held again
    assert mended.held
    refusals = {"0" * 16: "нет", story.first: "не удержана", story.second: "уже подтверждена", held: mended.held[0]}
    (passed,) = deliver(home, 3, "2022-01-15 12:00").lines
    assert involved(home) == 3
    refusals[mended.held[0]] = passed.delivery
    refusals[held] = passed.delivery
    for delivery, why in refusals.items():
        with pytest.raises(Misconfigured, match=why):
            confirm_held(home, delivery, moscow("2022-01-16 12:00"), "начальник отдела")


@pytest.mark.parametrize("value", ["100", "-1", "2.5", "nan", "много"])
def test_a_threshold_is_a_whole_per_cent(value: str) -> None:
    with pytest.raises(Misconfigured, match="NASTAVNIK_HOLD_DROP"):
        read_settings({"NASTAVNIK_HOLD_DROP": value})


def test_nothing_is_held_unless_asked_for() -> None:
    assert read_settings({}).hold_drop == 0


@pytest.mark.parametrize("refused", ["what it was compared to", "both"])
def test_a_rebuild_keeps_a_hold_whatever_a_later_program_refuses(tmp_path: Path, refused: str) -> None:
    """As where a later program takes no file so large."""
    with installation(tmp_path / "home", NASTAVNIK_HOLD_DROP="30") as home:
        deliver(home, 9, "2022-01-10 12:00")
        (held,) = deliver(home, 4, "2022-01-11 12:00").held
        with home.reading() as connection:
            first, second = (one.size or 0 for one in all_entries(connection) if one.event == RECEIVED)
        assert second < first
        limits = replace(home.settings.limits, file_bytes=1 if refused == "both" else second)
        rebuild(replace(home, settings=replace(home.settings, limits=limits)))
        with home.reading() as connection:
            waiting = [one.delivery for one in waiting_deliveries(connection, known_by(connection, None))]
        assert waiting == ([] if refused == "both" else [held])
