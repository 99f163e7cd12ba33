"""Cases of the rules: each one delivery of one batch, judged together with all others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from expectations.reading.limits import Limits
from expectations.reading.reading import read_delivery
from expectations.staging import CONTEXT, Staged, Staging
from expectations.text import fold_institution
from tests.rules.delivered import Sheets, csv_archive, day
from tests.rules.tables import as_written, complete, places_found

KEY = b"a key of the tests alone, nobody's"
CALENDAR = {  # reporting date: the last day on time
    "31.12.2020": "15.01.2021", "31.08.2021": "15.09.2021", "01.09.2021": "15.09.2021",
    "31.12.2021": "15.01.2022", "31.12.2022": "15.01.2023",
}  # fmt: skip
AGREED_BY = "01.10.2020"


@dataclass(frozen=True)
class Case:
    """One delivery: what it says beside what is right, what it is compared to, what is found in it.

    `sheets` are tables completed to a whole submission; those of `exact` are delivered as written, and those of
    `absent` not at all. `found` names findings that have no row of a table: «rule», «rule Лист», «rule Лист!B4».
    """

    rule: str
    shows: str
    sheets: dict[str, str] = field(default_factory=dict)
    found: tuple[str, ...] = ()
    received: str = "10.01.2022"
    folder: str = ""  # where it was put, when not where it belongs
    kind: str = "ОУ"
    level: str = "СОШ"
    names: tuple[str, ...] = ("МБОУ СОШ № 7", "СОШ 7", "школа 7")
    valid: tuple[str, str] = ("01.09.2020", "")
    registered: bool = True
    plans: dict[str, int] = field(default_factory=dict)  # by school year
    past: tuple[tuple[str, int, int], ...] = ()  # reporting date, enrolled, involved
    exact: dict[str, str] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    file: Callable[[Sheets], bytes] = csv_archive

    def __str__(self) -> str:
        return f"{self.rule}: {self.shows}"

    def expected(self) -> list[str]:
        found = list(self.found)
        for exact, tables in ((False, self.sheets), (True, self.exact)):
            for title, text in tables.items():
                found += places_found(title, text, exact=exact)
        return sorted(found)

    def lines(self, code: str) -> Sheets:
        completed = complete(self.sheets, code=code, name=self.names[0], kind=self.kind)
        completed |= {title: as_written(title, text) for title, text in self.exact.items()}
        return [(title, lines) for title, lines in completed.items() if title not in self.absent]

    def completed(self, title: str | None) -> bool:
        """Whether a sheet was filled in by the tests, and not by the case."""
        return title not in self.sheets and title not in self.exact


def code_of(number: int) -> str:
    return f"TST-{number:04}"


def read_case(number: int, case: Case, folder: Path) -> Staged:
    """Deliver a case as a file and read it as intake does; its delivery is named by its number."""
    path = folder / f"{code_of(number)}.file"
    path.write_bytes(case.file(case.lines(code_of(number))))
    reading = read_delivery(path, KEY, Limits())
    return Staged(f"{number:04}", case.folder or code_of(number), day(case.received), *reading)


def context_of(cases: dict[int, Case], milestones: dict[str, str] | None = None) -> dict[str, pa.Table]:
    """Return what a batch of cases is compared to: their register, plans and past, one calendar for all."""
    rows: dict[str, list[dict]] = {name: [] for name in CONTEXT}
    for number, case in cases.items():
        code = code_of(number)
        if case.registered:
            rows["register"].append({
                "code": code, "kind": case.kind, "level": case.level, "names": [fold_institution(name) for name in case.names],
                "valid_from": day(case.valid[0]), "valid_to": day(case.valid[1]) if case.valid[1] else None,
            })  # fmt: skip
        rows["plans"] += [
            {"institution_code": code, "school_year": year, "planned": n} for year, n in case.plans.items()
        ]
        rows["past"] += [
            {"institution_code": code, "as_of": day(on), "enrolled": enrolled, "involved": involved}
            for on, enrolled, involved in case.past
        ]
    rows["calendar"] = [{"as_of": day(on), "due_on": day(due)} for on, due in CALENDAR.items()]
    milestones = {"documents_agreed": AGREED_BY} if milestones is None else milestones
    rows["milestones"] = [{"code": name, "due_on": day(due)} for name, due in milestones.items()]
    return {name: pa.Table.from_pylist(rows[name], schema=schema) for name, schema in CONTEXT.items()}


def findings_by_case(staging: Staging) -> dict[int, list[dict]]:
    """Return the findings of a judged batch by the number of the case."""
    found: dict[int, list[dict]] = {int(name): [] for (name,) in staging.run("SELECT delivery FROM deliveries")}
    for row in staging.fetch("SELECT * FROM findings").to_pylist():
        found[int(row["delivery"])].append(row)
    return found


def spelled(finding: dict) -> str:
    """Write a finding as a case does: «rule Лист!F3»."""
    place = f"{finding['letter'] or ''}{finding['row'] or ''}"
    return " ".join(filter(None, (finding["rule"], "!".join(filter(None, (finding["sheet"], place))))))
