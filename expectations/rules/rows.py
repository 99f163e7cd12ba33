"""The checks of whole rows: a person, a pair, a document against the rest of the submission."""

from __future__ import annotations

from expectations.form import (
    CATEGORIES,
    COLLEGE_STUDENT,
    COMPLETED,
    CONTINUES,
    EDUCATOR,
    FORM,
    PROGRAMME,
    REGULATION,
    ROADMAP,
    STUDENT,
    WORKER,
    YOUNG_SPECIALIST,
)
from expectations.rules.cells import listed, text_literal
from expectations.rules.ruleset import Thresholds
from expectations.rules.structure import Check

# form of mentoring → (categories of the mentor, categories of the mentee); «иная» fits anyone
FORM_ROLES = {
    "ученик – ученик": ((STUDENT,), (STUDENT,)),
    "учитель – учитель": ((EDUCATOR,), (YOUNG_SPECIALIST, EDUCATOR)),
    "студент – ученик": ((COLLEGE_STUDENT,), (STUDENT,)),
    "работодатель – ученик": ((WORKER,), (STUDENT,)),
    "работодатель – студент": ((WORKER,), (COLLEGE_STUDENT,)),
    "педагог – ученик": ((EDUCATOR, YOUNG_SPECIALIST), (STUDENT,)),
}
PAIR_KEY = ("mentor_id", "mentee_id", "form", "started_on")  # what makes two rows of pairs the same
AGREED_DOCUMENTS = (ROADMAP, REGULATION, PROGRAMME)  # item 6.7 of the order
APPROVERS_LISTED = FORM.by_name["documents"].by_name["agreed_by"].codes


def _form_fits() -> str:
    cases = " ".join(
        f"WHEN form = {text_literal(form)} THEN mentor_category IN ({listed(mentors)})"
        f" AND mentee_category IN ({listed(mentees)})"
        for form, (mentors, mentees) in FORM_ROLES.items()
    )
    return f"mentor_id = mentee_id OR CASE {cases} ELSE TRUE END"


def _roles(mentors: tuple[str, ...], mentees: tuple[str, ...]) -> str:
    return f"наставник — {' или '.join(mentors)}, наставляемый — {' или '.join(mentees)}"


def _form_expects() -> str:
    cases = " ".join(
        f"WHEN form = {text_literal(form)} THEN {text_literal(_roles(*roles))}" for form, roles in FORM_ROLES.items()
    )
    return f"CASE {cases} END"


def _participants(rule: str, good: str, column: str, detail: str | None = None) -> Check:
    return Check(rule, "participants", good, "participants", column, detail)


def _pairs(rule: str, good: str, column: str, detail: str | None = None) -> Check:
    return Check(rule, "pairs", good, "pairs", column, detail)


def row_checks(limits: Thresholds) -> dict[str, list[Check]]:
    """Return the checks of whole rows by sheet."""
    return {**_ROW_CHECKS, "participants": [_age_check(limits), *_ROW_CHECKS["participants"]]}


def _age_check(limits: Thresholds) -> Check:
    youngest, oldest, adult = limits.youngest_student, limits.oldest_student, limits.youngest_adult
    return _participants(
        "age-implausible",
        f"CASE WHEN category = {text_literal(STUDENT)} THEN age_on_date BETWEEN {youngest} AND {oldest}"
        f" WHEN category IN ({listed(CATEGORIES)}) THEN age_on_date >= {adult} END",
        "birth_date",
        f"CASE WHEN category = {text_literal(STUDENT)} THEN 'обычно от {youngest} до {oldest} лет'"
        f" ELSE 'обычно от {adult} лет' END",
    )


_ROW_CHECKS: dict[str, list[Check]] = {
    "participants": [
        _participants(
            "duplicate-person",
            # Two СНИЛС under one name are two people, and those without one are a third.
            "(snils_token IS NULL OR ids_of_snils <= 1) AND (name_token IS NULL"
            " OR CASE WHEN snils_of_name <= 1 THEN ids_of_name <= 1"
            " ELSE snils_token IS NOT NULL OR ids_without_snils <= 1 END)",
            "participant_id",
        ),
        _participants(
            "upper-grade-in-basic-school",
            r"NOT (level = 'ООШ' AND regexp_matches(group_name, '^1[01]([^0-9]|$)'))",
            "group_name",
        ),
        _participants(
            "participant-without-pair", "NOT read_pairs OR participant_id IS NULL OR in_pair", "participant_id"
        ),
        _participants(
            "consent-missing",
            "consent_date IS NOT NULL OR coalesce(list_contains(unread, 'consent_date'), FALSE)",
            "consent_date",
        ),
        _participants("consent-withdrawn", "consent_withdrawn > as_of", "consent_withdrawn"),
    ],
    "pairs": [
        _pairs("self-mentoring", "mentor_id <> mentee_id", "mentee_id"),
        _pairs("duplicate-pair", f"copy = 1 OR {' OR '.join(f'{name} IS NULL' for name in PAIR_KEY)}", "pair_id"),
        _pairs("ends-before-start", "ended_on >= started_on", "ended_on"),
        _pairs("starts-after-reporting-date", "started_on <= as_of", "started_on"),
        _pairs(
            "outcome-contradicts-dates",
            f"CASE WHEN ended_on < as_of THEN outcome <> {text_literal(CONTINUES)}"
            " WHEN list_contains(unread, 'ended_on') THEN TRUE"
            f" WHEN ended_on IS NULL OR ended_on > as_of THEN outcome <> {text_literal(COMPLETED)} END",
            "outcome",
            f"CASE WHEN outcome = {text_literal(CONTINUES)} THEN 'пара завершилась, а итог — «{CONTINUES}»'"
            f" ELSE 'пара ещё не завершилась, а итог — «{COMPLETED}»' END",
        ),
        _pairs("form-role-mismatch", _form_fits(), "form", _form_expects()),
    ],
    "documents": [
        Check(
            "document-late", "documents", f"kind NOT IN ({listed(AGREED_DOCUMENTS)}) OR agreed_on <= agree_by",
            "documents", "agreed_on", "strftime(agree_by, '%d.%m.%Y')",
        ),
        Check(
            "document-wrong-approver", "documents",
            f"kind NOT IN ({listed(AGREED_DOCUMENTS)}) OR agreed_by = approver"
            f" OR agreed_by NOT IN ({listed(APPROVERS_LISTED)})",
            "documents", "agreed_by", "approver",
        ),
    ],
}  # fmt: skip
