"""Limits and severities set otherwise: what is refused, and what a judgement makes of them."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from expectations.form import FORM
from expectations.judge import RULESET, suites, version_of
from expectations.rules import RULES
from expectations.rules.catalogue import MAKE_A_ROW, OF_NO_ROW
from expectations.rules.ruleset import NAMES, SHIPPED, BadRule, Thresholds, changed, read
from expectations.rules.structure import Severity
from expectations.rules.submission import SUBMISSIONS


def test_nothing_set_is_what_is_shipped() -> None:
    assert changed([]) == SHIPPED
    assert {rule: SHIPPED.severity(rule) for rule in RULES} == {rule: one.severity for rule, one in RULES.items()}


@pytest.mark.parametrize("name", NAMES)
def test_every_limit_can_be_set_and_changes_its_rule_alone(name: str) -> None:
    limits = changed([(name, "33")]).thresholds
    assert [f.name for f in fields(Thresholds) if getattr(limits, f.name) != getattr(Thresholds(), f.name)] == [
        NAMES[name]
    ]
    other = {
        now.rule
        for relation, checks in suites(FORM, limits).items()
        for now, then in zip(checks, suites(FORM)[relation], strict=True)
        if now != then
    }
    assert other == {name.partition(".")[0]}


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("participation-drop.percent", "-1", "целое неотрицательное число"),
        ("participation-drop.percent", "30%", "целое неотрицательное число"),
        ("participation-drop.percent", "", "целое неотрицательное число"),
        ("participation-drop.share", "30", "такого правила или предела нет"),
        ("no-such-rule", "error", "такого правила или предела нет"),
        ("consent-missing", "fatal", "строгость — error или warning"),
        ("enrolment-empty", "warning", "отклоняет файл целиком"),
        ("snils-conflict", "error", "между принятыми сдачами"),
        ("duplicate-participant-id", "warning", "строку не посчитать"),
        ("required-cell-empty", "warning", "строку не посчитать"),
        ("unknown-column", "error", "не о строке"),
        ("late-submission", "error", "не о строке"),
    ],
)
def test_what_cannot_be_meant_is_refused(name: str, value: str, told: str) -> None:
    with pytest.raises(BadRule, match=told):
        changed([(name, value)])


def test_rules_are_named_by_the_version_and_what_is_set_otherwise() -> None:
    names = [
        version_of(changed(said))
        for said in ([], [("consent-missing", "error")], [("participation-drop.percent", "30")])
    ]
    assert names[0] == RULESET
    assert all(re.fullmatch(rf"{re.escape(RULESET)}\+[0-9a-f]{{8}}", name) for name in names[1:])
    assert len(set(names)) == 3


def test_what_is_set_otherwise_is_told_and_taken_back() -> None:
    rules = changed([("participation-drop.percent", "33"), ("consent-missing", "error"), ("bad-snils", "error")])
    assert rules.text == "consent-missing=error\nparticipation-drop.percent=33"
    assert read(rules.text) == changed([("participation-drop.percent", "33"), ("consent-missing", "error")])
    assert (SHIPPED.text, read("")) == ("", SHIPPED)


def test_what_a_rule_cannot_be_else_may_be_said_as_it_is() -> None:
    assert changed([(rule, "error") for rule in MAKE_A_ROW] + [(rule, "warning") for rule in OF_NO_ROW]).text == ""


def test_rules_of_no_row_are_those_of_whole_submissions_and_of_headings() -> None:
    told = {check.rule for check in suites(FORM)[SUBMISSIONS]} | {"unknown-column", "unknown-sheet"}
    assert {rule for rule in told if RULES[rule].severity is Severity.WARNING} == OF_NO_ROW


def test_a_severity_is_set() -> None:
    rules = changed([("consent-missing", "error")])
    assert (rules.severity("consent-missing"), rules.severity("bad-snils")) == (Severity.ERROR, Severity.ERROR)
    assert rules.thresholds == SHIPPED.thresholds
