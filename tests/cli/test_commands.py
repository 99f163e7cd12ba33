"""What commands answer, and the codes they end with."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa
from click.testing import Result

from flows.cli.frame.kinds import Moment
from tests.cli.conftest import ENDS_BEFORE_IT_STARTS, Run
from tests.installations import installation
from tests.workbooks import enrolment, submission, write
from warehouse.journal.journal import known_by
from warehouse.register.reference import known_reference, shipped_reference
from warehouse.release.contents import FIGURES

Collected = tuple[Run, Path, Result]
FINDINGS_HEADER = "delivery,institution,sheet,row,column,rule,severity,message"


def test_intake_counts_verdicts_and_tells_of_refusals(first_intake: tuple[Path, Result]) -> None:
    home, result = first_intake
    assert result.exit_code == 1
    counts = "принято целиком 2, принято без строк с ошибками 1, не принято 1"
    assert result.stdout.splitlines() == [f"Получено сдач: 4: {counts}.", f"Протоколы: {home / 'receipts'}"]


def test_intake_of_nothing_new(collected: Collected) -> None:
    run, _, _ = collected
    result = run("intake")
    assert (result.exit_code, result.stdout) == (0, "Нового нет.\n")


@pytest.mark.parametrize(
    ("moment", "late"),
    [
        ("2022-01-15T21:30Z", True),  # half past midnight in Moscow
        ("2022-01-15T21:30", False),
    ],
)
def test_a_moment_without_offset_is_local(tmp_path: Path, run_made: Run, moment: str, late: bool) -> None:
    write(tmp_path / "home/inbox/NSH-S007/a.xlsx", submission())
    assert run_made("intake", "--received-at", moment).exit_code == 0
    (receipt,) = (tmp_path / "home/receipts").glob("*/*/receipt.json")
    assert json.loads(receipt.read_text())["late"] is late


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2022-01-15", "2022-01-15T00:00", "2022-01-15T23:59:59.999999"),
        ("2022-01-15T23:59", "2022-01-15T23:59", "2022-01-15T23:59"),
        ("2022-01-15T21:30Z", "2022-01-15T21:30+00:00", "2022-01-15T21:30+00:00"),
    ],
)
def test_a_day_is_its_first_moment_or_its_last(text: str, first: str, last: str) -> None:
    told = [Moment(end_of_day=end).convert(text, None, None) for end in (False, True)]
    assert told == [datetime.fromisoformat(first), datetime.fromisoformat(last)]


def test_findings_as_csv(collected: Collected) -> None:
    run, _, _ = collected
    result = run("findings", "--format", "csv")
    lines = list(csv.DictReader(io.StringIO(result.stdout)))
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == FINDINGS_HEADER
    assert [line["institution"] for line in lines] == sorted(line["institution"] for line in lines)
    grave = {
        (x["institution"], x["sheet"], x["row"], x["column"], x["rule"]) for x in lines if x["severity"] != "warning"
    }
    assert grave == {
        ("NSH-S003", "Пары", "3", "G", "ends-before-start"),
        ("NSH-S004", "Контингент", "", "B", "enrolment-empty"),
    }
    assert {x["severity"] for x in lines} == {"fatal", "error", "warning"}


def test_a_title_from_outside_is_no_formula(collected: Collected) -> None:
    run, _, _ = collected
    lines = list(csv.DictReader(io.StringIO(run("findings", "--format", "csv").stdout)))
    assert [line["sheet"] for line in lines if line["rule"] == "unknown-sheet"] == ["'=1+1"]
    assert not [cell for line in lines for cell in line.values() if cell.startswith(("=", "+", "-", "@"))]


def test_findings_as_a_table(collected: Collected) -> None:
    run, _, _ = collected
    assert "Завершение раньше начала" in run("findings").stdout


def test_the_series_as_csv_and_json(collected: Collected) -> None:
    run, _, _ = collected
    text = run("kpi", "--format", "csv").stdout
    lines = list(csv.DictReader(io.StringIO(text)))
    assert text.splitlines()[0] == ",".join(FIGURES.names)
    assert {line["as_of"] for line in lines} == {"2021-12-31"}
    rows = json.loads(run("kpi", "--as-of", "2021-12-31", "--format", "json").stdout)
    assert len(rows) == len(lines)
    (share,) = [row for row in rows if (row["indicator"], row["scope_code"]) == ("students_involved", "NSH-S007")]
    assert (share["numerator"], share["denominator"], share["value"]) == (2, 100, 2)
    assert "Доля обучающихся" in run("kpi").stdout


@pytest.mark.parametrize(("known_at", "figures"), [("2022-01-09", False), ("2022-01-10", True)])
def test_the_series_as_known_then(collected: Collected, known_at: str, figures: bool) -> None:
    run, _, _ = collected
    lines = run("kpi", "--known-at", known_at, "--format", "csv").stdout.splitlines()
    assert (len(lines) > 1) is figures


def test_a_release_tells_its_folder_last_and_is_proved(collected: Collected) -> None:
    run, home, _ = collected
    result = run("release", "--as-of", "2021-12-31")
    folder = Path(result.stdout.splitlines()[-1])
    assert result.exit_code == 0
    assert folder.parent == home / "releases" and (folder / "kpi.csv").is_file()
    assert run("verify", folder).exit_code == 0
    (folder / "kpi.csv").write_bytes((folder / "kpi.csv").read_bytes() + b" ")
    spoilt = run("verify", folder)
    assert (spoilt.exit_code, spoilt.stdout.splitlines()[-1]) == (3, "Выпуск не доказан.")


def test_status_names_who_owes_and_what_waits(collected: Collected) -> None:
    run, home, _ = collected
    waiting = write(home / "inbox/NSH-S001/e.xlsx", submission("NSH-S001"))
    try:
        text = run("status", "--on", "2022-01-20").stdout
    finally:
        waiting.unlink()
    states = {line.split()[0]: " ".join(line.split()) for line in text.splitlines() if "NSH-" in line}
    assert "Отчётная дата 31.12.2021" in text
    assert states["NSH-S007"] == "NSH-S007 МБОУ СОШ № 7 сдано 10.01.2022 10.01.2022 принято"
    assert states["NSH-S003"].startswith("NSH-S003 МБОУ СОШ № 3 сдано, есть строки с ошибками 10.01.2022 10.01.2022")
    assert states["NSH-S004"].startswith(
        "NSH-S004 МБОУ СОШ № 4 срок прошёл, не сдано; последний файл не принят 10.01.2022"
    )
    assert "Сдали: 3 из 21; не сдали: 18; файл ждёт приёма: 1; последний файл не принят: 1." in text
    assert states["NSH-S001"] == "NSH-S001 1"  # the last table: files that wait


def files_below(home: Path) -> set[str]:
    return {str(path.relative_to(home)) for path in home.rglob("*")}


@pytest.mark.parametrize(
    ("sheets", "options", "code", "told"),
    [
        ({}, [], 0, "книга.xlsx: принято"),
        ({"Пары": ENDS_BEFORE_IT_STARTS}, [], 0, "Лист «Пары», строка 3, столбец G «Дата завершения» (1): "),
        ({"Контингент": enrolment(0)}, [], 1, "Отказ: из-за этого файл не принят целиком"),
        ({}, ["--institution", "NSH-S008"], 1, "Код организации в файле не совпадает с папкой"),
    ],
)
def test_check_judges_and_keeps_nothing(
    collected: Collected, tmp_path: Path, sheets: dict, options: list[str], code: int, told: str
) -> None:
    run, home, _ = collected
    before = files_below(home), run("findings", "--format", "csv").stdout
    result = run("check", write(tmp_path / "книга.xlsx", submission(**sheets)), *options)
    assert result.exit_code == code
    assert told in result.stdout
    assert (files_below(home), run("findings", "--format", "csv").stdout) == before


def test_a_template_is_prefilled(run_made: Run, tmp_path: Path) -> None:
    output = tmp_path / "new" / "t.xlsx"
    result = run_made("template", "--institution", "NSH-S007", "--as-of", "31.12.2021", "-o", output)
    assert (result.exit_code, result.stdout) == (0, f"{output}\n")
    cells = [cell for row in openpyxl.load_workbook(output)["Организация"].iter_rows(values_only=True) for cell in row]
    assert {"NSH-S007", "МБОУ СОШ № 7"} <= set(cells)


def test_reference_files_are_loaded(run_made: Run, tmp_path: Path) -> None:
    (tmp_path / "milestones.csv").write_text("code,title,starts_on,due_on,source\nmet,Встреча,,2020-11-30,\n")
    result = run_made("reference", "load", tmp_path)
    assert (result.exit_code, result.stdout) == (0, "milestones.csv: строк 1\n")


def test_a_rebuild_answers_the_same(collected: Collected) -> None:
    run, _, _ = collected
    before = run("findings", "--format", "csv").stdout
    result = run("rebuild")
    assert result.exit_code == 0
    assert "Пересоздано: сдач 4" in result.stdout
    assert run("findings", "--format", "csv").stdout == before


@pytest.mark.parametrize(
    ("name", "code"), [("institutions", 2), ("reporting_dates", 2), ("plans", 0), ("milestones", 0)]
)
def test_a_file_without_rows_replaces_what_can_be_done_without(
    run_made: Run, tmp_path: Path, name: str, code: int
) -> None:
    head = (shipped_reference() / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0]
    (tmp_path / f"{name}.csv").write_text(head + "\n", encoding="utf-8")
    result = run_made("reference", "load", tmp_path)
    assert result.exit_code == code
    assert (f"{name}.csv: в файле только заголовок" in result.stderr) is bool(code)
    with installation(tmp_path / "home") as home, home.reading() as connection:
        known = known_reference(name, known_by(connection, None))
        left = connection.execute(sa.select(sa.func.count()).select_from(known)).scalar_one()
    assert (left == 0) is (code == 0)
