"""A measure recounted from nothing but the rows that an explanation names, read in the files that were delivered."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import defaultdict
from collections.abc import Hashable, Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.indicators.linking import Identity, owners, person
from warehouse.indicators.definitions import Measure
from warehouse.installation.home import Home
from warehouse.lineage.explained import Explanation, Side

Row = dict[str, str]
MENTOR = "наставник"


class Files:
    """The received archives of an installation, opened by their hashes."""

    def __init__(self, home: Home) -> None:
        self._received = home.received
        self._sheets: dict[tuple[str, str], list[list[str]]] = {}
        self.bearers: dict[Hashable, set[Hashable]] = {}

    def grid(self, sha256: str, sheet: str) -> list[list[str]]:
        if (sha256, sheet) not in self._sheets:
            with zipfile.ZipFile(io.BytesIO(self._received.read(sha256))) as archive:
                text = archive.read(f"{sheet}.csv").decode()
            self._sheets[sha256, sheet] = list(csv.reader(io.StringIO(text), delimiter=";"))
        return self._sheets[sha256, sheet]

    def row(self, sha256: str, sheet: str, number: int) -> Row:
        heads, *rows = self.grid(sha256, sheet)
        return dict(zip(heads, rows[number - 2], strict=True))  # the first line of data is line 2

    def people(self, sha256: str) -> dict[str, Row]:
        heads, *rows = self.grid(sha256, "Участники")
        told = [dict(zip(heads, row, strict=True)) for row in rows]
        return {row["ID участника"]: row for row in told}

    def learn(self, hashes: Iterable[str]) -> None:
        """Tell people apart over the files given."""
        self.bearers = owners(identity(row) for sha256 in hashes for row in self.people(sha256).values())


def identity(row: Row) -> Identity:
    return Identity(row["СНИЛС"] or None, (row["Фамилия"], row["Имя"], row["Дата рождения"]))


def recount(explained: Explanation, side: Side, files: Files, references: Path) -> Decimal:
    """Count a side of a figure by its rows."""
    rows = side.rows.to_pylist()
    for row in rows:
        row["sha256"] = explained.deliveries[row["delivery"]].sha256 if row["delivery"] else ""
    measure = side.measure
    match measure.source:
        case "people" | "respondents":
            return Decimal(len({_person(row, files, measure) for row in rows}))
        case "partners":
            inns = {(row["kind"], files.row(row["sha256"], row["sheet"], row["row"])["ИНН"]) for row in rows}
            return Decimal(len(inns))
        case "documents_ready" | "events_held" | "expected" | "reported" | "on_time":
            return Decimal(len({row["institution"] for row in rows}))
        case "planned":
            return sum((_plan(row, references) for row in rows), Decimal(0))
    return sum((_amount(row, files, measure) for row in rows), Decimal(0))


def _person(row: dict, files: Files, measure: Measure) -> Hashable:
    told = files.row(row["sha256"], row["sheet"], row["row"])
    if measure.source == "respondents":
        number = told["ID участника"]
        assert (told["Роль"], told["Этап"]) == (measure.role, measure.stage)
    else:
        number = told["ID наставника" if row["role"] == MENTOR else "ID наставляемого"]
    one = files.people(row["sha256"])[number]
    assert files.row(row["sha256"], "Участники", row["participant_row"]) == one
    assert measure.source == "respondents" or one["Категория"] in measure.categories
    return (None if measure.across_kinds else row["kind"]), person(identity(one), files.bearers)


def _plan(row: dict, references: Path) -> Decimal:
    plans = csv.DictReader((references / row["sheet"]).read_text().splitlines())
    found = {(one["institution_code"], one["school_year"]): one["planned_participants"] for one in plans}
    return Decimal(found[row["institution"], row["cell"]])


def _amount(row: dict, files: Files, measure: Measure) -> Decimal:
    if row["sheet"] == "Организация":
        return Decimal(dict(files.grid(row["sha256"], "Организация"))[row["cell"]])
    told = files.row(row["sha256"], row["sheet"], row["row"])
    match row["sheet"]:
        case "Контингент":
            return Decimal(told["Обучающихся"])
        case "Мероприятия":
            assert date_of(told["Дата"]).year == 2021
            return Decimal(told["Участников"]) * Decimal(told["Часов"].replace(",", "."))
        case "Пары":
            assert date_of(told["Дата завершения"]).year == 2021
            return Decimal(1)
        case "Практики":
            return Decimal(1)
    raise AssertionError(row["sheet"])


def date_of(text: str) -> date:
    day, month, year = map(int, text.split("."))
    return date(year, month, day)


def repeated(rows: Iterable[dict]) -> dict[int, int]:
    """How many rows each person has."""
    counts: dict[int, int] = defaultdict(int)
    for row in rows:
        counts[row["counted"]] += 1
    return counts
