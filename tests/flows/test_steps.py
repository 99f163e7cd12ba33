"""The steps of the flows as plain functions, without a server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
import sqlalchemy as sa

from flows.artifacts import intake_rows, kpi_rows
from flows.backfill import preview, take_and_compute
from flows.failures import without_values
from flows.intake import take_pending
from flows.kpi import compute_kpi
from flows.letters import REMINDERS, post
from flows.release import publish
from tests.installations import COLLECTED, installation, moscow, new_home, settings_for
from tests.workbooks import submission, write
from warehouse.collection.expected import due_for_release
from warehouse.ingestion.batch import Line
from warehouse.installation.settings import Misconfigured, Settings
from warehouse.mail.posting import Posted, insist
from warehouse.mail.server import MailFailed
from warehouse.release.contents import FIGURES
from warehouse.restatement.backfill import Asked
from warehouse.storage.loading import insert_rows
from warehouse.tables.tables import table

AFTER_DUE = moscow("2022-01-17 05:00")
YEAR = Asked(date(2021, 1, 1), date(2021, 12, 31))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An inbox with a good file, a refused one, and a folder whose name is a person's."""
    settings = new_home(tmp_path / "home")
    write(settings.inbox / "NSH-S007" / "a.xlsx", submission())
    write(settings.inbox / "NSH-S008" / "a.xlsx", submission("NSH-S008", students=0))
    write(settings.inbox / "Канареечкин Пётр" / "a.xlsx", submission("NSH-S001"))
    return settings


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose only file is accepted."""
    settings = new_home(tmp_path_factory.mktemp("taken") / "home")
    write(settings.inbox / "NSH-S007" / "a.xlsx", submission())
    take_pending(settings, COLLECTED)
    return settings.home


@pytest.fixture
def reported(taken: Path, tmp_path: Path) -> Iterator[Settings]:
    shutil.copytree(taken, tmp_path / "home")
    return settings_for(tmp_path / "home")


def counted(code: str, accepted: int = 0, rejected: int = 0, foreign: int = 0) -> dict[str, object]:
    words = {
        "принято": accepted,
        "принято с ошибками": 0,
        "отклонено": rejected,
        "повторов": 0,
        "удержано": 0,
        "в чужую папку": foreign,
    }
    return {"организация": code} | words


def test_intake_counts_by_institution_and_loads_once(settings: Settings) -> None:
    assert take_pending(settings, COLLECTED) == [
        counted("всего", accepted=1, rejected=2, foreign=1),
        counted("NSH-S007", accepted=1),
        counted("NSH-S008", rejected=1),
        counted("не из реестра", rejected=1, foreign=1),
    ]
    assert take_pending(settings, COLLECTED) == []


def test_intake_rows_name_no_folder_outside_the_register() -> None:
    lines = [
        Line("d1", "Канареечкин", "rejected"),
        Line("d2", "NSH-S001", "duplicate"),
        Line("d3", "<script>", "rejected"),
    ]
    table = {row["организация"]: row for row in intake_rows(lines, {"NSH-S001"})}
    assert list(table) == ["всего", "NSH-S001", "не из реестра"]
    assert table["не из реестра"]["отклонено"] == 2
    assert table["NSH-S001"]["повторов"] == 1


def test_kpi_is_set_against_its_targets(reported: Settings) -> None:
    rows = {row["охват"]: row for row in compute_kpi(reported, COLLECTED)}
    assert set(rows) == {"NSH", "NSH/ОУ", "NSH/УДО"}
    assert rows["NSH/ОУ"] == {
        "отчётная дата": "31.12.2021",
        "охват": "NSH/ОУ",
        "показатель, %": "2,00",
        "цель, %": "30,00",
        "цель достигнута": "нет",
        "сдали": "1 из 19",
        "итог": "предварительно",
    }
    assert rows["NSH/УДО"]["показатель, %"] == ""


def test_kpi_rows_leave_out_what_has_no_target() -> None:
    assert kpi_rows(pa.Table.from_pylist([{"indicator": "students_involved"}], FIGURES), "students_involved") == []


def test_release_takes_the_date_that_is_due_and_only_once(reported: Settings) -> None:
    nothing, made = (
        [{"выпуск": "нет даты, которую пора выпускать"}],
        [{"выпуск": "2021-12-31-1", "отчётная дата": "31.12.2021"}],
    )
    assert publish(reported, COLLECTED) == nothing  # before the deadline
    assert publish(reported, AFTER_DUE) == made
    assert publish(reported, AFTER_DUE) == nothing
    shutil.rmtree(reported.releases / "2021-12-31-1")  # as if killed between the number and the files
    assert publish(reported, AFTER_DUE) == made
    assert (reported.releases / "2021-12-31-1" / "manifest.json").is_file()


@pytest.mark.parametrize(
    ("on", "due"),
    [
        (date(2022, 1, 15), None),  # the last day of the deadline
        (date(2022, 1, 16), date(2021, 12, 31)),
        (date(2022, 4, 15), date(2021, 12, 31)),
        (date(2022, 4, 16), None),  # nobody reported for 31.03.2022
        (date(2020, 1, 1), None),  # before the calendar begins
    ],
)
def test_the_newest_date_past_its_deadline_is_due(taken: Path, on: date, due: date | None) -> None:
    with installation(taken) as home:
        assert due_for_release(home, on) == due


@pytest.mark.parametrize(
    ("released", "due"),
    [
        (date(2020, 12, 31), date(2021, 12, 31)),
        (date(2021, 12, 31), None),
        (date(2022, 3, 31), None),  # made ahead by a person: no way back
    ],
)
def test_nothing_older_than_the_last_release_is_due(reported: Settings, released: date, due: date | None) -> None:
    name = f"{released}-1"
    row = {
        "release": name,
        "as_of": released,
        "seq": 1,
        "known_at": COLLECTED,
        "definition": "",
        "figures_sha256": "",
    }
    (reported.releases / name).mkdir(parents=True)
    with installation(reported.home) as home:
        with home.writing() as connection:
            insert_rows(connection, table("releases"), [row])
        assert due_for_release(home, AFTER_DUE.date()) == due


def test_a_release_warns_of_what_is_amiss_and_names_nobody(settings: Settings) -> None:
    """One school accepted, one refused; a folder whose name is a person's."""
    take_pending(settings, COLLECTED)
    told: list[str] = []
    publish(settings, AFTER_DUE, on_warning=told.append)
    assert any("Не сдали 20 из 21" in line for line in told)
    assert "Последние присланные файлы. Последний файл не принят: NSH-S008." in told
    assert "Канареечкин" not in "".join(told)


def test_reminders_are_counted(reported: Settings) -> None:
    """All are kept but the one that reported."""
    assert [row["число"] for row in post(REMINDERS, reported, COLLECTED)] == [0, 20, 0, 0]


def test_letters_that_the_server_puts_off_are_tried_again() -> None:
    with pytest.raises(MailFailed, match="писем 2"):
        insist(Posted(postponed=2))
    insist(Posted(sent=1, kept=1, refused=1))


def test_backfill_shows_its_plan_and_changes_nothing(settings: Settings) -> None:
    assert preview(settings, COLLECTED, YEAR) == [
        {"что": "принять файлов", "сколько": "3"},
        {"что": "вычислить показатели", "сколько": "31.03.2021"},
        {"что": "вычислить показатели", "сколько": "30.06.2021"},
        {"что": "вычислить показатели", "сколько": "30.09.2021"},
        {"что": "вычислить показатели", "сколько": "31.12.2021"},
    ]
    assert preview(settings, COLLECTED, YEAR)[0]["сколько"] == "3"


def test_backfill_takes_what_waits_and_computes_every_date(settings: Settings) -> None:
    rows = take_and_compute(settings, COLLECTED, YEAR, "проверка")
    assert {(row["отчётная дата"], row["охват"]) for row in rows} == {
        ("31.12.2021", "NSH"), ("31.12.2021", "NSH/ОУ"), ("31.12.2021", "NSH/УДО"),
    }  # fmt: skip
    assert {row["сдали"] for row in rows if row["охват"] == "NSH/ОУ"} == {"1 из 19"}
    assert preview(settings, COLLECTED, YEAR)[0]["сколько"] == "0"


@without_values
def failing(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("Канареечкин"), r"ValueError @ \?"),
        (
            sa.exc.IntegrityError("INSERT 'Канареечкин'", {}, KeyError("Канареечкин")),
            "IntegrityError/KeyError @ .*",
        ),
        (Misconfigured("Нет файла ключа."), r"Нет файла ключа\."),
    ],
)
def test_errors_leave_as_codes(error: Exception, told: str) -> None:
    with pytest.raises(RuntimeError, match=rf"^({told})$") as failure:
        failing(error)
    assert failure.value.__context__ is failure.value.__cause__ is None


def test_an_error_names_the_line_of_ours_it_passed(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "home", NASTAVNIK_WAREHOUSE_URL="duckdb:////dev/null/warehouse")
    with pytest.raises(RuntimeError, match=r"@ warehouse(\.\w+)+:\d+$"):
        take_pending(settings, COLLECTED)
