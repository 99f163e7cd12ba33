"""A clerk's day at the command line: the queue, the workbook, the answers; nobody's name anywhere else."""

from __future__ import annotations

import csv
import io
import shutil
import stat
from pathlib import Path

import openpyxl
import pytest

from expectations.tokens import snils_token
from tests.cli.conftest import Run, runner
from tests.workbooks import Grid, snils, submission, write
from warehouse.access.keyring import open_keyring
from warehouse.installation.settings import read_settings

HEAD = "ID участника|Фамилия|Имя|Отчество|Дата рождения|СНИЛС|Категория|Класс / объединение|Стаж, лет|Дата согласия"
MENTOR = "У-9|Учебная|Вера|Львовна|01.01.1980||педагогический работник||12|01.10.2020"
BEARER, TWIN, SWAPPED, CONFLICT = snils(111_222_333), snils(444_555_666), snils(777_888_999), snils(123_123_123)
# Everybody in school 7 meets in school 8 somebody who may be the same.
SEVEN = [
    f"У-1|Пробный|Пётр|Ильич|29.02.2008|{BEARER}|обучающийся|7А||01.10.2020",
    "У-2|Мнимая|Анна|Львовна|05.06.2009||обучающийся|6Б||01.10.2020",
    f"У-3|Условный|Лев|Ильич|03.04.2010|{SWAPPED}|обучающийся|5В||01.10.2020",
    f"У-4|Данный|Ян|Ильич|01.02.2011|{CONFLICT}|обучающийся|4А||01.10.2020",
]
EIGHT = [
    f"У-1|Пробный|Пётр|Ильич|29.02.2008|{TWIN}|обучающийся|7Б||01.10.2020",
    "У-2|Мнимая|Ана|Львовна|05.06.2009||обучающийся|6А||01.10.2020",
    "У-3|Условный|Лев|Ильич|04.03.2010||обучающийся|5А||01.10.2020",
    f"У-4|Данная|Яна|Ильинична|09.09.2011|{CONFLICT}|обучающийся|4Б||01.10.2020",
    "У-5|Пробный|Пётр|Ильич|29.02.2008||обучающийся|7В||01.10.2020",
]
NAMES = ("Пробн", "Мним", "Условн", "Данн", "Учебн", "Львовн")


def _people(rows: list[str]) -> Grid:
    return [line.split("|") for line in (HEAD, *rows, MENTOR)]


def _pairs(rows: list[str]) -> Grid:
    head = "ID пары|ID наставника|ID наставляемого|Форма наставничества|Программа|Дата начала|Дата завершения|Итог"
    mentees = [row.split("|")[0] for row in rows]
    pairs = [f"П-{n}|У-9|{who}|педагог – ученик|Вместе|01.10.2020||продолжается" for n, who in enumerate(mentees, 1)]
    return [line.split("|") for line in (head, *pairs)]


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two schools whose children may be the same."""
    home = tmp_path_factory.mktemp("clerk") / "home"
    for code, rows in (("NSH-S007", SEVEN), ("NSH-S008", EIGHT)):
        content = submission(code, Участники=_people(rows), Пары=_pairs(rows))
        write(home / f"inbox/{code}/a.zip", content)
    assert runner(home)("intake", "--received-at", "2022-01-10").exit_code == 0
    return home


@pytest.fixture
def home(collected: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(collected, tmp_path / "home"))


@pytest.fixture
def clerk(home: Path) -> Run:
    return runner(home)


def involved(run: Run, scope: str = "NSH") -> int:
    lines = csv.DictReader(io.StringIO(run("kpi", "--as-of", "2021-12-31", "--format", "csv").stdout))
    return next(int(x["numerator"]) for x in lines if (x["indicator"], x["scope_code"]) == ("students_involved", scope))


def answer(file: Path, **answers: str) -> None:
    """Fill in the workbook, by what stands in its column «ФИО» on the left."""
    book = openpyxl.load_workbook(file)
    sheet = book.active
    headings = [cell.value for cell in sheet[1]]
    name, said = headings.index("ФИО"), headings.index("Решение")
    for row in sheet.iter_rows(min_row=2):
        for surname, words in answers.items():
            if str(row[name].value).startswith(surname):
                row[said].value = words
    book.save(file)


def test_the_queue_shows_places_and_no_names(clerk: Run, home: Path) -> None:
    result = clerk("persons", "queue")
    assert result.exit_code == 0
    kinds = [line.split("  ")[0].strip() for line in result.stdout.splitlines() if ":" in line and "  " in line]
    assert kinds == [
        "без СНИЛС, имя у нескольких",
        "без СНИЛС, имя у нескольких",
        "один СНИЛС, разные имена или даты",
        "похожие имена, одна дата рождения",
        "одно имя, похожие даты рождения",
    ]
    assert "Пар: 5; влияют на число вовлечённых: 5." in result.stdout
    assert [line.split("  ")[0].strip() for line in result.stdout.splitlines() if "5 (2,50" in line] == [
        "страна RU", "регион 61", "муниципалитет NSH", "вид организаций NSH/ОУ",
    ]  # fmt: skip
    (schools,) = (line for line in result.stdout.splitlines() if "NSH/ОУ   " in line and "5 (2,50" in line)
    assert schools.split()[3:] == "5 (2,50 %) 8 (4,00 %) 9 (4,50 %) 30 % нет".split()
    ring = open_keyring(read_settings({"NASTAVNIK_HOME": str(home)}))
    assert ring is not None
    key = ring.tokens
    secrets = {*NAMES, BEARER, "2008", snils_token(key, BEARER)[:8], snils_token(key, CONFLICT)[:8]}
    assert [one for one in secrets if one in result.output] == []


def test_the_workbook_holds_both_records_and_is_closed_to_others(clerk: Run, tmp_path: Path) -> None:
    file = tmp_path / "очередь.xlsx"
    result = clerk("persons", "queue", "-o", file)
    assert (result.exit_code, result.stdout) == (0, f"Пар записей: 5. В книге личные сведения: {file}\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    rows = list(openpyxl.load_workbook(file).active.iter_rows(values_only=True))
    conflict = next(
        dict(zip(rows[0][9:], row[9:], strict=True)) | {"left": row[5]} for row in rows if "один СНИЛС" in row[0]
    )
    assert (conflict["left"], conflict["ФИО"]) == ("Данный Ян Ильич", "Данная Яна Ильинична")
    assert conflict["СНИЛС"] == f"•••-•••-{CONFLICT[6:9]} {CONFLICT[9:]}"
    assert (conflict["Организация"], conflict["Класс / объединение"]) == ("МБОУ СОШ № 8", "4Б")
    assert not [cell for row in rows for cell in row if cell in (BEARER, TWIN, SWAPPED, CONFLICT)]
    (choice,) = openpyxl.load_workbook(file).active.data_validations.dataValidation
    assert choice.formula1 == '"один человек,разные люди,не знаю"'
    again = clerk("persons", "queue", "-o", file)
    assert again.exit_code == 2
    assert "уже есть" in again.stderr


def test_answers_are_recorded_once_and_move_the_figure(clerk: Run, tmp_path: Path) -> None:
    """Nine rows are eight people by the rule; two become one, one becomes two, one is found to be another's."""
    file = tmp_path / "очередь.xlsx"
    clerk("persons", "queue", "-o", file)
    assert involved(clerk) == 8
    answer(file, Мнимая="Один человек ", Данн="разные люди", Условный="не знаю")
    result = clerk("persons", "decide", file, "--by", "методист")
    assert (result.exit_code, result.stdout) == (0, "Записано решений: 2; уже действовали: 0; отклонено: 0.\n")
    assert involved(clerk) == 8 - 1 + 1
    again = clerk("persons", "decide", file)
    assert (again.exit_code, again.stdout) == (0, "Записано решений: 0; уже действовали: 2; отклонено: 0.\n")
    assert "Пар: 3;" in clerk("persons", "queue").stdout
    listed = clerk("persons", "list").stdout
    assert [word in listed for word in ("один человек", "разные люди", "методист", "сверено по документам")] == [
        True
    ] * 4
    assert not [name for name in NAMES if name in listed + result.output]


def test_an_answer_that_contradicts_is_told_and_the_others_stay(clerk: Run, tmp_path: Path) -> None:
    """Said to be each of two children with a СНИЛС, who were said to be different."""
    file = tmp_path / "очередь.xlsx"
    clerk("persons", "queue", "-o", file)
    answer(file, Пробный="один человек", Мнимая="разные люди", Условный="кто знает")
    bearers = [
        row[9] for row in openpyxl.load_workbook(file).active.iter_rows(values_only=True) if "без СНИЛС" in row[0]
    ]
    assert clerk("persons", "different", *bearers).exit_code == 0
    result = clerk("persons", "decide", file)
    assert (result.exit_code, result.stdout) == (1, "Записано решений: 2; уже действовали: 0; отклонено: 2.\n")
    assert sorted(line.split(": ", 1)[1] for line in result.stderr.splitlines()) == [
        "Ответ или ключ записи не читается.",
        "Решение противоречит прежним: одних и тех же людей они и разводят, и связывают.",
    ]
    assert not [name for name in NAMES if name in result.output]


def test_what_is_no_queue_is_refused(clerk: Run, tmp_path: Path) -> None:
    other = write(tmp_path / "сведения.xlsx", submission())
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04")
    for file in (other, broken):
        result = clerk("persons", "decide", file)
        assert (result.exit_code, "это не книга очереди" in result.stderr) == (2, True)


def test_same_different_and_undo(clerk: Run, tmp_path: Path) -> None:
    file = tmp_path / "очередь.xlsx"
    clerk("persons", "queue", "-o", file)
    rows = list(openpyxl.load_workbook(file).active.iter_rows(values_only=True))
    left, right = next((row[2], row[9]) for row in rows if "похожие имена" in row[0])
    number = clerk("persons", "same", left, right).stdout.split("№ ")[1].rstrip(".\n")
    assert involved(clerk) == 7
    assert clerk("persons", "undo", number).stdout.startswith(f"Решение № {number} отменено")
    assert involved(clerk) == 8
    assert clerk("persons", "list").stdout == "Действующих решений нет.\n"
    refused = clerk("persons", "undo", number)
    assert (refused.exit_code, refused.stderr) == (2, f"Решение № {number} уже отменено.\n")
    assert clerk("persons", "same", left, left).exit_code == 2


def test_what_is_doubtful_is_told_wherever_the_figure_is_explained(clerk: Run) -> None:
    """Nine rows: five people if every pair is one, nine if the shared СНИЛС is of two."""
    asked = ("explain", "--as-of", "2021-12-31", "--scope", "municipality:NSH", "--indicator")
    words = "если все пары — один человек, 5 (2,50 %); если все — разные люди, 9 (4,50 %)."
    assert words in clerk(*asked, "students_involved").stdout.replace("\N{NO-BREAK SPACE}", " ")
    assert "все пары" not in clerk(*asked, "students_involved_mentee").stdout
    gate = " ".join(clerk("release", "--as-of", "2021-12-31", "--dry-run").stdout.split())
    assert "из них влияют на число вовлечённых: 5. Вовлечено, страна RU, 31.12.2021: если все пары" in gate


def test_a_withdrawn_delivery_counts_no_more(clerk: Run) -> None:
    """The linking rule forgets it too: school 7's child without a СНИЛС has but one namesake left."""
    listed = csv.DictReader(io.StringIO(clerk("findings", "--format", "csv").stdout))
    delivery = next(line["delivery"] for line in listed if line["institution"] == "NSH-S007")
    assert clerk("withdraw", delivery).stdout == f"Сдача {delivery} отозвана.\n"
    assert involved(clerk) == 4
    assert clerk("persons", "queue").stdout == "Проверять нечего.\n"
    assert clerk("withdraw", delivery).exit_code == 2
