"""The sections of the report about the order: its plans, documents and milestones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from expectations.form import EDUCATION_SPECIALIST, METHODOLOGY_HEAD
from expectations.judged import SCHOOL_YEAR_STARTS_IN
from expectations.rules.submission import FOUR_DOCUMENTS
from warehouse.release.contents import MISSING, PLAN_FULFILMENT
from warehouse.release.overview import Figure, Institution, Overview, Scope, territory, title_of
from warehouse.release.programme_rows import (
    DOCUMENT_STATES,
    Document,
    Milestone,
    documents_by_institution,
    milestones_of,
    no_documents,
)
from warehouse.release.wording import natural

SHORT = {METHODOLOGY_HEAD: "начальник ИМО", EDUCATION_SPECIALIST: "главный специалист отдела образования"}


class Planned(NamedTuple):
    """What the order's list asks of an institution, and what came of it."""

    scope: Scope
    figure: Figure

    @property
    def missing(self) -> int | None:
        """How many people are missing to the plan."""
        if self.figure.denominator is None or self.figure.numerator is None:
            return None
        return max(0, int(self.figure.denominator - self.figure.numerator))


class Plan(NamedTuple):
    """The plans of the newest reporting date that has any."""

    as_of: date
    school_year: str
    rows: tuple[Planned, ...]  # who misses most comes first

    @property
    def fulfilled(self) -> int:
        """How many institutions miss nobody."""
        return sum(row.missing == 0 for row in self.rows)


class Papers(NamedTuple):
    """The documents of an institution."""

    code: str
    title: str
    documents: tuple[Document, ...]
    agreed_by: str


class Order(NamedTuple):
    """The order carried out: milestones for everybody, documents by municipality."""

    milestones: list[Milestone]
    kinds: tuple[str, ...]
    places: Mapping[str, int]  # states of a document from the best, for sorting
    groups: dict[str, list[Papers]]  # by the municipality's title
    counts: dict[str, list[Mapping[str, int]]]  # states of each kind of document, by the municipality's title


def plan_of(overview: Overview) -> Plan | None:
    """Find the newest plans there are; None where the order's list names nobody."""
    found: dict[date, list[Planned]] = {}
    titles = {code: one.scope for code, one in overview.institutions.items()}
    for (indicator, scope_type, code, as_of), figure in overview.figures.items():
        if (indicator, scope_type) == (PLAN_FULFILMENT, "institution") and (figure.denominator or figure.hidden):
            scope = titles.get(code) or Scope(scope_type, code, title_of(overview.contents, scope_type, code))
            found.setdefault(as_of, []).append(Planned(scope, figure))
    if not found:
        return None
    as_of = max(found)
    rows = sorted(found[as_of], key=lambda row: (-(row.missing or 0), natural(row.scope.title), row.scope.code))
    return Plan(as_of, school_year(as_of), tuple(rows))


def school_year(as_of: date) -> str:
    """Name the school year that contains a day."""
    first = as_of.year - (as_of.month < SCHOOL_YEAR_STARTS_IN)
    return f"{first}/{first + 1}"


def order_of(overview: Overview) -> Order | None:
    """Give the documents and milestones; None where nobody tells of any, as in a public package."""
    programme = overview.contents.programme
    if not programme.milestones.num_rows and not programme.documents.num_rows:
        return None
    told, groups = documents_by_institution(programme), dict[str, list[Papers]]()
    for code, institution in overview.institutions.items():
        if institution.state != MISSING:
            title = territory(overview.contents, "municipality", institution.municipality).title
            groups.setdefault(title, []).append(_papers(institution, tuple(told.get(code) or no_documents())))
    return Order(
        milestones_of(overview),
        FOUR_DOCUMENTS,
        {state: place for place, state in enumerate(DOCUMENT_STATES)},
        groups,
        {title: _counted(papers) for title, papers in groups.items()},
    )


def _papers(institution: Institution, documents: tuple[Document, ...]) -> Papers:
    who = dict.fromkeys(SHORT.get(one.agreed_by, one.agreed_by) for one in documents if one.agreed_by)
    return Papers(institution.scope.code, institution.scope.title, documents, "; ".join(who))


def _counted(papers: list[Papers]) -> list[Mapping[str, int]]:
    return [Counter(one.documents[place].state for one in papers) for place in range(len(FOUR_DOCUMENTS))]
