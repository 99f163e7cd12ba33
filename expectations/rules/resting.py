"""What each warning rests on: about whom or what it is, and the values it was given for.

A warning that was explained once is the same one in a later delivery while both are as they were.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from functools import cache

from expectations.form import FORM
from expectations.judge import suites
from expectations.rules.catalogue import ACROSS, RULES
from expectations.rules.cells import READING, text_literal
from expectations.rules.ruleset import SHIPPED, Thresholds
from expectations.rules.structure import Severity
from expectations.rules.submission import SUBMISSIONS

_PERSON = "coalesce({0}.name_token, {0}.participant_id)"
_PARTICIPANTS = text_literal(FORM.by_name["participants"].title)

# By relation: what is joined to its rows `c` (to the findings `f` alone for what reading found), and who it is about.
_JOINED = {
    READING: "LEFT JOIN staged_participants p ON p.delivery = f.delivery AND p.row = f.row"
    f" AND f.sheet = {_PARTICIPANTS}"
    " LEFT JOIN staged_organisation o ON o.delivery = f.delivery AND f.\"column\" = 'curator_name'",
    "participants": "JOIN check_participants c ON c.delivery = f.delivery AND c.row = f.row",
    "pairs": "JOIN check_pairs c ON c.delivery = f.delivery AND c.row = f.row"
    " LEFT JOIN staged_participants mentor ON mentor.delivery = c.delivery AND mentor.row = c.mentor_id_row"
    " LEFT JOIN staged_participants mentee ON mentee.delivery = c.delivery AND mentee.row = c.mentee_id_row",
    "documents": "JOIN check_documents c ON c.delivery = f.delivery AND c.row = f.row",
    SUBMISSIONS: f"JOIN check_{SUBMISSIONS} c ON c.delivery = f.delivery",
}
_ABOUT = {
    READING: ("f.sheet", 'f."column"', _PERSON.format("p"), "o.curator_name"),
    "participants": (_PERSON.format("c"),),
    "pairs": (
        "coalesce(mentor.name_token, c.mentor_id)", "coalesce(mentee.name_token, c.mentee_id)",
        "c.form", "c.started_on",
    ),
    "documents": ("c.kind", "c.number"),
    SUBMISSIONS: (),
}  # fmt: skip
# The values, by relation and rule. A late delivery is late for its date, whichever day it comes.
RESTS_ON: dict[str, dict[str, tuple[str, ...]]] = {
    READING: {"mixed-alphabet": (), "unknown-column": ("f.detail",), "unknown-sheet": ("f.detail",)},
    "participants": {
        "age-implausible": ("c.category",), "duplicate-person": (), "upper-grade-in-basic-school": ("c.group_name",),
        "participant-without-pair": (), "consent-missing": (), "consent-withdrawn": ("c.consent_withdrawn",),
    },
    "pairs": {"duplicate-pair": (), "outcome-contradicts-dates": ("c.outcome", "c.ended_on")},
    "documents": {"document-late": ("c.agreed_on",), "document-wrong-approver": ("c.agreed_by",)},
    SUBMISSIONS: {
        "name-differs-from-register": ("c.name_folded",), "late-submission": ("c.as_of", "c.due_on"),
        "enrolment-jump": ("c.enrolled", "c.past_enrolled"), "participation-drop": ("c.involved", "c.past_involved"),
        "document-missing": ("f.detail",), "fewer-than-planned": ("c.involved", "c.planned"),
    },
}  # fmt: skip


def explainable() -> set[str]:
    """Return the rules whose warnings can be explained: all that are told of one delivery."""
    return {rule.id for rule in RULES.values() if rule.severity is Severity.WARNING} - ACROSS


@cache
def version_of(rule: str, limits: Thresholds = SHIPPED.thresholds) -> str:
    """Name the condition of a rule, its limits with it: an explanation holds while it is the same."""
    goods = sorted(check.good for checks in suites(FORM, limits).values() for check in checks if check.rule == rule)
    return hashlib.sha256("\0".join(goods).encode()).hexdigest()[:16]


def said_of_warnings(findings: str, warned: Collection[str]) -> str:
    """SQL over a judged batch: `delivery`, `number`, `rule`, `folder` and what each warning of a table rests on.

    That is a text with people's cells in it: it is hashed under a key and goes nowhere else. `warned` are the rules
    that the warnings are of: a relation without any was perhaps empty, and then never laid out for its checks.
    """
    relations = {name: rules for name, rules in RESTS_ON.items() if not rules.keys().isdisjoint(warned)}
    said = " UNION ALL ".join(_said(findings, relation, rules) for relation, rules in relations.items())
    return said or f"SELECT delivery, number, rule, NULL::VARCHAR folder, NULL::VARCHAR said FROM {findings} LIMIT 0"


def _said(findings: str, relation: str, rules: dict[str, tuple[str, ...]]) -> str:
    values = " ".join(f"WHEN {text_literal(rule)} THEN {_text(names)}" for rule, names in rules.items())
    listed = ", ".join(map(text_literal, rules))
    return f"""
    SELECT f.delivery, f.number, f.rule, d.folder,
           concat_ws(chr(30), {_text(_ABOUT[relation])}, CASE f.rule {values} END) AS said
    FROM {findings} f JOIN deliveries d ON d.delivery = f.delivery {_JOINED[relation]}
    WHERE f.severity = '{Severity.WARNING}' AND f.rule IN ({listed})"""


def _text(expressions: tuple[str, ...]) -> str:
    """SQL for one text of several values, told apart from any others; nothing is told from an empty text."""
    spelled = [f"coalesce(CAST({one} AS VARCHAR), chr(29))" for one in expressions]
    return f"concat_ws(chr(31), {', '.join(['chr(28)', *spelled])})"
