"""No person's name, number or word leaves the vault."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from expectations.form import FORM
from tests.installations import rows, take, vault_rows, warehouse_of
from tests.workbooks import organisation, snils, submission, write
from warehouse.installation.home import Home
from warehouse.tables.tables import tables_of

SURNAME, SNILS, PHONE = "Канарейкин", snils(314159265), "8 800 271-82-81"
PEOPLE = f"""
    ID участника | Фамилия    | Имя    | Отчество | Дата рождения | СНИЛС         | Категория   | Класс / объединение | Дата согласия | Дата отзыва согласия
    КЕНАР-1      | {SURNAME}  | Кенар  | Птахович | 13.07.2009    | {SNILS}       | обучающийся | 7А                  | 01.10.2020    |
    КЕНАР-2      | {SURNAME}а | Певчая |          | 14.07.2009    |               | обучающийся | 7А                  |               |
    КЕНАР-3      | {SURNAME}а | Немая  |          | 15.07.2009    |               | обучающийся | 7А                  | 01.10.2020    | 31.12.2021
    КЕНАР-4      | {SURNAME}а | Звонкая |         | 16.07.2009    |               | обучающийся | 7А                  | 01.10.2020    | 01.01.2022
    КЕНАР-5      | {SURNAME}7 | Цифра  |          | 17.07.2009    | 31415926500   | обучающийся | 7А                  | 01.10.2020    |
    КЕНАР-6      | {SURNAME}  | Дата   |          | {SURNAME}     |               | {SURNAME}   | 7А                  | {SURNAME}     |
"""
PAIRS = f"""
    ID пары | ID наставника | ID наставляемого | Форма наставничества | Программа | Запрос наставляемого | Дата начала | Итог         | Результат
    П-1     | КЕНАР-1       | КЕНАР-2          | ученик – ученик      | Вместе    | {SURNAME} просит     | 01.10.2020  | продолжается | {SURNAME} смог
    П-2     | КЕНАР-3       | КЕНАР-4          | ученик – ученик      | Вместе    |                      | 01.10.2020  | продолжается |
    П-3     | КЕНАР-5       | КЕНАР-9          | ученик – ученик      | Вместе    |                      | {SURNAME}   | {SURNAME}    |
"""
CANARIES = (SURNAME, SNILS, "КЕНАР", "Певчая", PHONE, "kenar@")
FORMS = ("utf-8", "utf-16-le", "cp1251")


@dataclass
class Aviary:
    """An installation that holds canaries, with all that was logged on the way."""

    home: Home
    log: str


@pytest.fixture(scope="module")
def aviary(home: Home) -> Aviary:
    told: list[str] = []
    handler = logging.Handler(logging.DEBUG)
    handler.emit = lambda record: told.append(record.getMessage())  # type: ignore[method-assign]
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    owner = organisation(
        **{"Куратор": f"{SURNAME} Пётр", "Телефон куратора": PHONE, "Эл. почта куратора": "kenar@example.org"}
    )
    write(home.settings.inbox / "NSH-S007/a.xlsx", submission(Организация=owner, Участники=PEOPLE, Пары=PAIRS))
    write(home.settings.inbox / "NSH-S008/b.zip", submission("NSH-S008"))
    assert take(home).verdicts == {"accepted_with_errors": 1, "accepted": 1}
    root.removeHandler(handler)
    root.setLevel(level)
    return Aviary(home, "\n".join(told))


def canaries_in(text: str) -> list[str]:
    return [one for one in CANARIES if one in text]


def canaries_of(path: Path) -> list[str]:
    content = path.read_bytes()
    return [one for one in CANARIES for form in FORMS if one.encode(form) in content]


def test_the_vault_knows_those_who_agreed(aviary: Aviary) -> None:
    """Withdrawn on the reporting date is withdrawn; a later day is not; no date is no consent."""
    position = FORM.by_name["participants"].personal.index(FORM.by_name["participants"].by_name["given_name"]) + 2
    kept = {row[position] for row in vault_rows(aviary.home)["personal.participants"]}
    assert kept == {"Кенар", "Звонкая", "Пётр", "Лев", "Вера"}


def test_those_who_did_not_agree_are_counted_all_the_same(aviary: Aviary) -> None:
    participants = rows(aviary.home, tables_of().tables["mentoring.participants"], "delivery", "name_token")
    assert len(participants) == 4 + 3
    assert all(token for _, token in participants)


def test_no_table_of_the_warehouse_holds_a_canary(aviary: Aviary) -> None:
    for name, found in warehouse_of(aviary.home, without=()).items():
        assert (name, canaries_in(repr(found))) == (name, [])


def test_personal_columns_are_in_no_table_of_the_warehouse(aviary: Aviary) -> None:
    personal = {(sheet.name, column.name) for sheet in FORM.sheets for column in sheet.personal}
    assert personal
    with aviary.home.reading() as connection:
        inspector = sa.inspect(connection)
        for sheet in FORM.sheets:
            stored = {column["name"] for column in inspector.get_columns(sheet.name, schema="mentoring")}
            assert not {(sheet.name, name) for name in stored} & personal


def test_no_byte_of_the_home_holds_a_canary(aviary: Aviary) -> None:
    """Warehouse, lake and run folder know no people; the vault and the received files are sealed."""
    home = aviary.home.settings
    files = [path for path in home.home.rglob("*") if path.is_file()]
    assert {home.lake, home.received} <= {parent for path in files for parent in path.parents}
    assert {str(path): found for path in files if (found := canaries_of(path))} == {}


def test_no_value_of_the_lake_is_a_canary(aviary: Aviary) -> None:
    """Compressed pages hide text from a scan of bytes."""
    files = list(aviary.home.settings.lake.rglob("*.parquet"))
    assert files
    for path in files:
        table = pq.ParquetFile(path).read()
        assert (path.name, canaries_in(repr(table.to_pylist()) + str(table.schema.metadata))) == (
            path.name,
            [],
        )


def test_no_receipt_holds_a_canary(aviary: Aviary) -> None:
    """Not even the sender's own: a receipt names places."""
    receipts = list(aviary.home.settings.receipts.rglob("receipt.json"))
    assert len(receipts) == 2
    assert [path for path in receipts if canaries_in(path.read_text())] == []


def test_no_line_logged_holds_a_canary(aviary: Aviary) -> None:
    assert canaries_in(aviary.log) == []


def test_files_are_their_owners_alone(aviary: Aviary) -> None:
    home = aviary.home.settings
    kept = [path for folder in (home.received, home.lake, home.receipts) for path in folder.rglob("*")]
    if home.embedded:
        kept += [home.home / "vault.duckdb", home.home / "warehouse.duckdb"]
    assert [str(path) for path in kept if path.stat().st_mode & 0o077] == []


def test_the_scan_finds_what_is_there(aviary: Aviary, tmp_path: Path) -> None:
    """The vault is where canaries are, once it is opened; and a file that holds one is found."""
    found = vault_rows(aviary.home)
    assert set(canaries_in(repr(found))) == {SURNAME, SNILS, "КЕНАР", PHONE, "kenar@"}
    for form in FORMS:
        (tmp_path / form).write_bytes(f"…{SURNAME}…".encode(form, "ignore"))
        assert canaries_of(tmp_path / form) == [SURNAME]
