"""The checks of a whole submission against the register, the calendar and its own past."""

from __future__ import annotations

from expectations.form import (
    CURATOR_ORDER,
    EDUCATION_SPECIALIST,
    FORMS,
    METHODOLOGY_HEAD,
    PROGRAMME,
    REGULATION,
    ROADMAP,
)
from expectations.rules.cells import text_literal
from expectations.rules.ruleset import Thresholds
from expectations.rules.structure import Check

SUBMISSIONS = "submissions"
FOUR_DOCUMENTS = (CURATOR_ORDER, ROADMAP, REGULATION, PROGRAMME)
APPROVERS = {"ОУ": METHODOLOGY_HEAD, "УДО": EDUCATION_SPECIALIST}  # item 6.7 of the order, by kind of institution

READ_PAIRS = "(read_participants AND read_pairs)"  # where either is missing, that is told, and nobody is counted


def _check(rule: str, good: str, sheet: str | None, column: str | None = None, detail: str | None = None) -> Check:
    return Check(rule, SUBMISSIONS, good, sheet, column, detail)


def _document_missing(kind: str) -> Check:
    good = f"NOT read_documents OR list_contains(documents, {text_literal(kind)})"
    return _check("document-missing", good, "documents", None, text_literal(kind))


def _bare(version: str) -> str:
    """SQL for a version without its «.0»: Excel turns 1.0 into the number 1."""
    return f"regexp_replace({version}, '[.]0$', '')"


_SUPPORTED = f"{_bare('form_version')} IN ({', '.join(_bare(text_literal(version)) for version in FORMS)})"

FATAL_CHECKS = [
    _check("unsupported-form-version", f"NOT read_organisation OR coalesce({_SUPPORTED}, FALSE)",
           "organisation", "form_version", text_literal(", ".join(FORMS))),
    # A code of another institution that exists is the folder's matter; here: not in the register at all.
    _check("unknown-institution", "NOT read_organisation OR coalesce(registered, FALSE)",
           "organisation", "institution_code"),
    _check("wrong-inbox-folder", "NOT read_organisation OR institution_code = folder",
           "organisation", "institution_code"),
    _check("bad-reporting-date",
           "NOT read_organisation OR coalesce(due_on IS NOT NULL AND as_of <= received_on, FALSE)",
           "organisation", "as_of"),
    _check("enrolment-empty", "NOT read_enrolment OR enrolled > 0", "enrolment", "students"),
    _check("participants-exceed-enrolment", "enrolled = 0 OR students <= enrolled", "participants", None,
           "students || ' против ' || enrolled"),
]  # fmt: skip


def _jump_checks(limits: Thresholds) -> list[Check]:
    jump, drop = limits.enrolment_jump, limits.participation_drop
    return [
        _check(
            "enrolment-jump",
            f"NOT read_enrolment OR abs(enrolled - past_enrolled) * 100 <= {jump} * past_enrolled",
            "enrolment", "students", "'было ' || past_enrolled || ', стало ' || enrolled",
        ),
        _check(
            "participation-drop",
            f"NOT {READ_PAIRS} OR (past_involved - involved) * 100 <= {drop} * past_involved",
            "pairs", None, "'было ' || past_involved || ', стало ' || involved",
        ),
    ]  # fmt: skip


def submission_checks(limits: Thresholds) -> list[Check]:
    """Return the checks of a whole submission."""
    return [*FATAL_CHECKS, *_jump_checks(limits), *_PAST_CHECKS]


_PAST_CHECKS = [
    _check("name-differs-from-register", "name_agrees", "organisation", "institution_name"),
    _check("late-submission", "received_on <= due_on", "organisation", "as_of",
           "'срок — ' || strftime(due_on, '%d.%m.%Y')"),
    *map(_document_missing, FOUR_DOCUMENTS),
    _check("fewer-than-planned", f"NOT {READ_PAIRS} OR involved >= planned", "pairs", None,
           "involved || ' из ' || planned"),
]  # fmt: skip
