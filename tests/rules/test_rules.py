"""Every rule by examples: what it finds, where, and what it leaves alone."""

from __future__ import annotations

import pytest

from expectations.form import FORM
from expectations.rules import RULES
from expectations.rules.catalogue import ACROSS
from expectations.rules.wording import message_of
from tests.rules.all_cases import CASES, number_of
from tests.rules.cases import Case, spelled
from tests.rules.tables import PAIRS, parse


def told(case: Case, findings: list[dict]) -> list[str]:
    """Spell the findings; what is found in a pair that the tests made up for a participant follows from him."""
    return sorted(
        spelled(one) for one in findings if not (one["sheet"] == PAIRS and one["row"] and case.completed(PAIRS))
    )


@pytest.mark.parametrize("number", CASES, ids=lambda number: str(CASES[number]))
def test_a_case_is_found_as_written(number: int, found: dict[int, list[dict]]) -> None:
    assert told(CASES[number], found[number]) == CASES[number].expected()


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule not in ACROSS]
)  # those: tests/warehouse/test_across.py
def test_every_rule_has_a_bad_and_a_good_example(rule: str) -> None:
    own = [case for case in CASES.values() if case.rule == rule]
    assert any(finds(case, rule) for case in own), f"no case of {rule} finds it"
    assert any(not finds(case, rule) or leaves_a_row_alone(case, rule) for case in own), (
        f"no case of {rule} leaves anything alone"
    )


def finds(case: Case, rule: str) -> bool:
    return any(one.split()[0] == rule for one in case.expected())


def leaves_a_row_alone(case: Case, rule: str) -> bool:
    tables = [parse(text) for text in case.sheets.values()]
    tables = [table for table in tables if any(one.startswith(rule) for found in table.found for one in found)]
    return any(not found for table in tables for found in table.found)


def test_a_case_names_a_rule_of_the_catalogue() -> None:
    assert {case.rule for case in CASES.values()} <= {*RULES, "column"}


def test_the_gravest_finding_decides_the_verdict(judged, found: dict[int, list[dict]]) -> None:
    by_severity = {"fatal": "rejected", "error": "accepted_with_errors", "warning": "accepted"}
    for delivery, verdict in judged.run("SELECT delivery, verdict FROM verdicts"):
        severities = {one["severity"] for one in found[int(delivery)]}
        gravest = next((severity for severity in by_severity if severity in severities), "warning")
        assert verdict == by_severity[gravest], CASES[int(delivery)]


def test_every_finding_is_of_the_severity_of_its_rule(found: dict[int, list[dict]]) -> None:
    for finding in (one for findings in found.values() for one in findings):
        assert finding["severity"] == RULES[finding["rule"]].severity.value


def test_every_finding_has_its_sentence(found: dict[int, list[dict]]) -> None:
    for one in (one for findings in found.values() for one in findings):
        place = {"sheet": one["sheet"], "row": one["row"], "letter": one["letter"]}
        words = message_of(one["rule"], one["column"], one["detail"], FORM, **place)
        assert "{" not in words and "None" not in words
        assert one["detail"] is not None or "{detail}" not in RULES[one["rule"]].problem, one["rule"]
        assert one["column"] is not None or "{heading}" not in RULES[one["rule"]].problem, one["rule"]


NO_ROW = {"document-missing", "enrolment-empty", "enrolment-jump", "participation-drop", "fewer-than-planned",
          "participants-exceed-enrolment", "missing-sheet", "duplicate-sheet", "missing-column", "unknown-sheet"}  # fmt: skip
NO_SHEET = {"unreadable-file", "password-protected", "too-large", "unsafe-archive"}


def test_every_finding_says_where(found: dict[int, list[dict]]) -> None:
    for one in (one for findings in found.values() for one in findings):
        assert one["sheet"] or one["rule"] in NO_SHEET
        assert one["row"] or one["rule"] in NO_ROW | NO_SHEET
        assert one["letter"] or not one["column"] or one["rule"] == "missing-column"


def details(found: dict[int, list[dict]], rule: str, shows: str) -> set[str]:
    return {one["detail"] for one in found[number_of(rule, shows)] if one["rule"] == rule}


@pytest.mark.parametrize(
    ("rule", "shows", "expected"),
    [
        (
            "not-in-list",
            "how a value may be spelled",
            {"обучающийся", "студент", "ученик – ученик", "продолжается"},
        ),
        ("out-of-range", "years of experience", {"от 0 до 3 (молодой специалист)", "от 0 до 70"}),
        ("out-of-range", "the length of an ID", {"не длиннее 20 знаков"}),
        (
            "out-of-range",
            "more young specialists than teachers",
            {"не больше, чем «Педагогических работников»"},
        ),
        ("age-implausible", "a pupil of 5 to 21 at the reporting date", {"обычно от 5 до 21 лет"}),
        ("age-implausible", "another of 14 at the least", {"обычно от 14 лет"}),
        ("document-late", "agreed after the day of item 6.7", {"01.10.2020"}),
        (
            "document-wrong-approver",
            "at an institution of additional education",
            {"главный специалист отдела общего и дошкольного образования"},
        ),
        ("document-missing", "no программа наставничества", {"программа наставничества"}),
        ("late-submission", "by one day", {"срок — 15.01.2022"}),
        ("enrolment-jump", "by over 20 % up", {"было 1000, стало 1201"}),
        ("participation-drop", "by over 50 %", {"было 7, стало 3"}),
        ("fewer-than-planned", "below the plan", {"3 из 4"}),
        ("participants-exceed-enrolment", "more pupils than enrolled", {"4 против 1"}),
        ("missing-column", "a required heading is absent", {"Обучающихся"}),
    ],
)
def test_a_finding_adds_what_helps(rule: str, shows: str, expected: set[str], found: dict[int, list[dict]]) -> None:
    assert details(found, rule, shows) == expected
