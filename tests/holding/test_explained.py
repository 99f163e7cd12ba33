"""Warnings explained once stay explained, until the values or the rule change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest

from expectations.rules.resting import RESTS_ON, explainable, version_of
from flows.cli.telling.words import checked_words
from tests.installations import forget_all_but_the_journal, moscow, rows, state, take
from tests.workbooks import submission, write
from warehouse.findings.listing import findings_of
from warehouse.ingestion.rebuild import rebuild
from warehouse.installation.home import Home
from warehouse.installation.settings import Misconfigured
from warehouse.marked.marking import mark_delivery
from warehouse.preview.checking import check_files
from warehouse.review import explained
from warehouse.review.explained import explained_of, listed
from warehouse.review.explaining import explain, unexplain
from warehouse.tables.tables import table, tables_of

AT = moscow("2022-01-10 12:00")
LONELY = """
    ID участника | Фамилия | Имя  | Отчество | Дата рождения | СНИЛС          | Категория              | Класс / объединение | Стаж, лет | Дата согласия
    У-1          | Пробный | Пётр | Ильич    | 29.02.2008    | 112-233-445 95 | обучающийся            | 7А                  |           | 01.10.2020
    У-2          | Мнимый  | Лев  |          | 05.05.2009    |                | обучающийся            | 6Б                  |           | 01.10.2020
    У-3          | Учебная | Вера | Львовна  | 01.01.1980    |                | педагогический работник |                    | 12        | 01.10.2020
    У-4          | Лишний  | Олег | Глебович | 06.06.1960    |                | обучающийся            | 9А                  |           | 01.10.2020
"""  # nobody's pair, and older than any pupil
TEXT = "Лишний Олег — слушатель вечерней школы"
OLD = "age-implausible"


def deliver(home: Home, people: str = LONELY, students: int = 100, hour: int = 12) -> str:
    """Take one submission; return its delivery."""
    write(home.settings.inbox / "NSH-S007/a.xlsx", submission(students=students, Участники=people))
    (line,) = take(home, AT.replace(hour=hour)).lines
    return line.delivery


def explained_rules(home: Home, delivery: str) -> dict[str, int]:
    """How many findings of each rule are explained."""
    with home.reading() as connection:
        found = findings_of(connection, [delivery])[delivery]
        numbers = explained_of(connection, [delivery]).get(delivery, {})
    told = [found[number - 1].rule for number in numbers]
    return {rule: told.count(rule) for rule in told}


def number_of(home: Home, delivery: str, rule: str) -> str:
    with home.reading() as connection:
        found = findings_of(connection, [delivery])[delivery]
    return str(next(number for number, one in enumerate(found, 1) if one.rule == rule))


@pytest.fixture(scope="module")
def first(home: Home) -> str:
    delivery = deliver(home)
    entry, count = explain(home, delivery, number_of(home, delivery, OLD), TEXT, AT, "регистратор")
    assert (count, entry.subject) == (1, delivery)
    return delivery


@pytest.fixture
def kept(home: Home, first: str) -> Iterator[str]:
    """The first delivery; whatever else a test explains is taken back."""
    yield first
    with home.writing() as connection:
        for one in list(listed(connection))[1:]:
            unexplain(connection, one.explained.seq, AT, "регистратор")


def test_every_warning_of_a_delivery_says_what_it_rests_on() -> None:
    assert {rule for rules in RESTS_ON.values() for rule in rules} == explainable()
    assert len({version_of(rule) for rule in explainable()}) == len(explainable())


def test_it_is_explained_there_and_in_a_later_delivery(home: Home, kept: str) -> None:
    later = deliver(home, students=101)
    assert explained_rules(home, kept) == explained_rules(home, later) == {OLD: 1}


@pytest.mark.parametrize(
    ("people", "still"),
    [
        (LONELY.replace("9А", "9Б").replace("У-4 ", "У-44"), True),  # neither class nor ID is what it rests on
        (LONELY.replace("06.06.1960", "06.06.1961"), False),
        (LONELY.replace("Лишний ", "Лишняя "), False),
    ],
)
def test_until_the_values_change(home: Home, kept: str, people: str, still: bool) -> None:
    assert explained_rules(home, deliver(home, people)) == ({OLD: 1} if still else {})


def test_a_rule_with_another_condition_asks_anew(home: Home, kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told = pa.table({"delivery": ["d"], "number": [1], "rule": [OLD], "folder": ["NSH-S007"], "said": ["x"]})
    before = explained.fingerprints(told, b"key")
    monkeypatch.setattr(explained, "version_of", lambda rule, *_: "another")
    assert explained_rules(home, kept) == {}
    assert explained.fingerprints(told, b"key") != before


def test_a_whole_rule_is_explained_at_once_and_taken_back(home: Home, kept: str) -> None:
    entry, count = explain(home, kept, "document-missing", "Документы на согласовании", AT, "регистратор")
    assert count == 4
    later = deliver(home, students=103)
    assert explained_rules(home, later) == {OLD: 1, "document-missing": 4}
    with home.writing() as connection:
        unexplain(connection, entry.seq, AT, "регистратор")
    assert explained_rules(home, later) == {OLD: 1}
    with home.writing() as connection, pytest.raises(Misconfigured, match="Действующего"):
        unexplain(connection, entry.seq, AT, "регистратор")


def test_a_check_and_a_receipt_tell_when(home: Home, kept: str, tmp_path: Path) -> None:
    (checked,) = check_files(home, [write(tmp_path / "a.xlsx", submission(students=104, Участники=LONELY))], None, AT)
    assert [checked.findings[number - 1].rule for number in checked.explained] == [OLD]
    assert "Пояснено 10.01.2022." in checked_words(checked)
    later = deliver(home, students=104)
    (path,) = home.settings.receipts.glob(f"*/*_{later}/receipt.json")
    told = [one for one in json.loads(path.read_text())["findings"] if one["explained_on"]]
    assert [(one["rule"], one["explained_on"], one["number"]) for one in told] == [
        (OLD, "2022-01-10", int(number_of(home, later, OLD)))
    ]
    protocol = openpyxl.load_workbook(path.with_name("протокол.xlsx"))
    words = [str(cell) for row in protocol["Замечания"].values for cell in row if cell and "Пояснено" in str(cell)]
    assert words == ["Пояснено 10.01.2022. Делать ничего не нужно."]
    assert "Лишний" not in path.read_text() + str(list(protocol["Протокол"].values))


def test_the_marked_workbook_tells_the_words_too(home: Home, kept: str, tmp_path: Path) -> None:
    made = mark_delivery(home, kept, tmp_path / "marked.xlsx")
    book = openpyxl.load_workbook(made.path)
    told = [str(cell) for row in book["Замечания"].values for cell in row if cell]
    assert f"Пояснено 10.01.2022: {TEXT}" in told
    comments = [cell.comment.text for row in book["Участники"].iter_rows() for cell in row if cell.comment]
    assert any(TEXT in comment for comment in comments)


def test_the_words_are_sealed_and_nowhere_else(home: Home, kept: str) -> None:
    with home.reading() as connection:
        (one, *_) = listed(connection)
    assert home.notes.read(one.explained.note) == TEXT
    surname = TEXT.split()[0].encode()
    assert all(surname not in path.read_bytes() for path in home.settings.notes.rglob("*") if path.is_file())
    assert surname.decode() not in str([rows(home, one) for one in tables_of().tables.values()])


def test_it_outlives_a_rebuild(home: Home, kept: str) -> None:
    before = state(home)
    forget_all_but_the_journal(home)
    rebuild(home)
    assert state(home) == before
    assert explained_rules(home, kept) == {OLD: 1}


@pytest.mark.parametrize(
    ("which", "why"),
    [
        ("99", "нет"), ("0", "нет"), ("x", "ожидается номер"), ("1-", "ожидается номер"), ("5-2", "от меньшего к большему: 2-5"),
        ("bad-snils", "нет замечаний"), ("snils-conflict", "между сдачами"), ("9" * 5000, "ожидается номер"),
    ],
)  # fmt: skip
def test_what_cannot_be_explained(home: Home, kept: str, which: str, why: str) -> None:
    before = len(list(home.notes.paths()))
    with pytest.raises(Misconfigured, match=why):
        explain(home, kept, which, TEXT, AT, "регистратор")
    assert len(list(home.notes.paths())) == before


def test_an_error_is_mended_not_explained(home: Home, kept: str) -> None:
    spoilt = deliver(home, LONELY.replace("112-233-445 95", "112-233-445 96"))
    with pytest.raises(Misconfigured, match="Исправьте книгу"):
        explain(home, spoilt, "bad-snils", TEXT, AT, "регистратор")
    with pytest.raises(Misconfigured, match="нет"):
        explain(home, "0" * 16, "1", TEXT, AT, "регистратор")


def test_every_warning_found_has_a_fingerprint(home: Home, kept: str) -> None:
    found = rows(home, table("findings"), "delivery", "number", "severity")
    assert rows(home, table("fingerprints"), "delivery", "number") == [one[:2] for one in found if one[2] == "warning"]
