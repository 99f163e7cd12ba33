"""The programme as rows for people: what the report, the workbook, the monitoring report and the pages show."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from expectations.form import AFTER, AGREED, BEFORE, CURATOR_SCORE, FORM, MENTEE, MENTOR
from expectations.rules.submission import FOUR_DOCUMENTS
from warehouse.release.overview import Figure, Overview
from warehouse.release.programme import DONE, LATE, NOT_AGREED, WRONG_APPROVER, Programme

NO_DOCUMENT = "absent"
DOCUMENT_STATES = {
    DONE: "есть, согласовано как следует",
    LATE: "согласовано не в срок",
    WRONG_APPROVER: "согласовано не тем лицом",
    NOT_AGREED: "не согласовано",
    NO_DOCUMENT: "документа нет",
}
ROLES = {MENTEE: "Наставляемые", MENTOR: "Наставники"}
Row = dict[str, Any]


class Milestone(NamedTuple):
    """A milestone of the roadmap and how many have reached it."""

    title: str
    starts_on: date | None
    due_on: date
    source: str | None
    figures: tuple[Figure | None, ...]  # of the top and its kinds; none where no indicator counts it
    lacking: tuple[str, ...]  # names of those who reported and have not reached it


class Document(NamedTuple):
    """A document of an institution; all None where there is none."""

    kind: str
    state: str
    approved_on: date | None = None
    agreed_by: str | None = None
    agreed_on: date | None = None


class Answer(NamedTuple):
    """What one question was answered before and after."""

    role: str
    question: str
    before: float | None  # the mean mark
    after: float | None
    answers_before: int
    answers_after: int

    @property
    def change(self) -> float | None:
        return None if self.before is None or self.after is None else self.after - self.before


class Event(NamedTuple):
    """Events of a kind in the reporting year."""

    kind: str
    events: int
    attendees: int
    person_hours: float


class Partner(NamedTuple):
    """Partners of a kind: what institutions name, so that one partner of two of them counts twice."""

    kind: str
    agreed: int
    planned: int
    mentors: int


class Practice(NamedTuple):
    """Practices of a form of mentoring."""

    form: str
    practices: int
    participants: int


class Measure(NamedTuple):
    """A measure of monitoring before and after: a sum, of the curators' score a mean."""

    title: str
    before: float
    after: float
    told: int

    @property
    def change(self) -> float:
        return self.after - self.before


def milestones_of(overview: Overview) -> list[Milestone]:
    """Give the milestones by their term, each with the indicator that counts it and who lacks it."""
    programme, scopes = overview.contents.programme, (overview.top, *overview.kinds)
    names = {code: one.scope.title for code, one in overview.institutions.items()}
    lacking: dict[str, list[str]] = {}
    for row in programme.reached.to_pylist():
        if not row["reached"] and row["institution_code"] in names:
            lacking.setdefault(row["milestone"], []).append(row["institution_code"])
    place = {code: number for number, code in enumerate(names)}
    return [
        Milestone(
            row["title"], row["starts_on"], row["due_on"], row["source"],
            tuple(overview.figure(scope, indicator=row["indicator"]) for scope in scopes) if row["indicator"] else (),
            tuple(names[code] for code in sorted(lacking.get(row["code"], ()), key=place.__getitem__)),
        )
        for row in sorted(programme.milestones.to_pylist(), key=lambda row: (row["due_on"], row["code"]))
    ]  # fmt: skip


def documents_by_institution(programme: Programme) -> dict[str, list[Document]]:
    """Give the four documents of each institution that tells of any, absent ones too."""
    found: dict[str, dict[str, Document]] = {}
    for row in programme.documents.to_pylist():
        told = (row[name] for name in ("kind", "state", "approved_on", "agreed_by", "agreed_on"))
        found.setdefault(row["institution_code"], {})[row["kind"]] = Document(*told)
    absent = {one.kind: one for one in no_documents()}
    return {code: [told.get(kind, absent[kind]) for kind in FOUR_DOCUMENTS] for code, told in found.items()}


def no_documents() -> list[Document]:
    """Give the documents of an institution that tells of none."""
    return [Document(kind, NO_DOCUMENT) for kind in FOUR_DOCUMENTS]


def satisfaction_of(programme: Programme, of: Collection[str] | None = None) -> list[Answer]:
    """Give the mean marks before and after, mentees first; of all institutions or of some."""
    rows = _added(programme.surveys, ("role", "question", "stage"), ("answers", "total"), of)
    sheet = FORM.by_name["surveys"]
    questions = [column for column in sheet.columns if (column.minimum, column.maximum) == (1, 10)]
    told = []
    for role in ROLES:
        for column in reversed(questions):  # satisfaction first: the indicators are about it
            marks = {stage: rows.get((role, column.name, stage), (0, 0)) for stage in (BEFORE, AFTER)}
            if any(answers for answers, _ in marks.values()):
                means = {stage: total / answers if answers else None for stage, (answers, total) in marks.items()}
                counts = (marks[stage][0] for stage in (BEFORE, AFTER))
                told.append(Answer(role, column.heading, means[BEFORE], means[AFTER], *counts))
    return told


def events_of(programme: Programme, of: Collection[str] | None = None) -> list[Event]:
    """Give the year's events by kind, in the order of the form."""
    rows = _added(programme.events, ("kind",), ("events", "attendees", "person_hours"), of)
    return [Event(kind, *rows[(kind,)]) for kind in _codes("events", "kind") if (kind,) in rows]


def partners_of(programme: Programme, of: Collection[str] | None = None) -> list[Partner]:
    """Give partners by kind: agreements concluded, planned, and mentors that the former have sent."""
    rows = _added(programme.partners, ("kind", "agreement_status"), ("partners", "mentors"), of)
    told = []
    for kind in _codes("partners", "kind"):
        named = {status: rows.get((kind, status), (0, 0)) for status in _codes("partners", "agreement_status")}
        agreed, mentors = named.pop(AGREED)
        if agreed or any(partners for partners, _ in named.values()):
            told.append(Partner(kind, agreed, sum(partners for partners, _ in named.values()), mentors))
    return told


def practices_of(programme: Programme, of: Collection[str] | None = None) -> list[Practice]:
    """Give practices by form of mentoring, in the order of the form."""
    rows = _added(programme.practices, ("form",), ("practices", "participants"), of)
    return [Practice(form, *rows[(form,)]) for form in _codes("practices", "form") if (form,) in rows]


def monitoring_of(programme: Programme, of: Collection[str] | None = None) -> list[Measure]:
    """Give the measures of monitoring that were told both before and after."""
    rows = _added(programme.monitoring, ("measure",), ("before", "after", "told"), of)
    told = []
    for measure in _codes("monitoring", "measure"):
        if (measure,) in rows:
            before, after, count = rows[(measure,)]
            over = count if measure == CURATOR_SCORE else 1
            told.append(Measure(measure, before / over, after / over, count))
    return told


def _codes(sheet: str, column: str) -> tuple[str, ...]:
    return FORM.by_name[sheet].by_name[column].codes


def _added(
    table: pa.Table, by: tuple[str, ...], sums: tuple[str, ...], of: Collection[str] | None
) -> dict[tuple, tuple]:
    """Add up some columns of the institutions asked about."""
    if of is not None:
        table = table.filter(pc.is_in(table["institution_code"], pa.array(sorted(of), pa.string())))
    added = table.group_by(list(by)).aggregate([(name, "sum") for name in sums])
    keys = zip(*(added[name].to_pylist() for name in by), strict=True)
    values = zip(*(added[f"{name}_sum"].to_pylist() for name in sums), strict=True)
    return dict(zip(keys, values, strict=True))
