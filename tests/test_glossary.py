"""The glossary names everything the form, the rules and the indicators do."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.form import FORM
from expectations.rules import RULES
from expectations.rules.structure import Severity
from warehouse.indicators.definitions import SCOPES, definitions

ROOT = Path(__file__).parents[1]
GLOSSARY = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """The text from a heading to the next one of the same depth."""
    depth = title.split()[0]
    return GLOSSARY.split(f"\n{title}\n", 1)[1].split(f"\n{depth} ", 1)[0]


@pytest.mark.parametrize("sheet", FORM.sheets, ids=lambda sheet: sheet.name)
def test_columns(sheet) -> None:
    rows = section(f"### {sheet.title} — `{sheet.name}`").split("\n## ")[0].strip().splitlines()[2:]
    assert rows == [f"| `{column.name}` | {column.heading} |" for column in sheet.columns]


def test_rules() -> None:
    assert section("## Rules").strip().splitlines()[2:] == [
        f"| `{rule.id}` | {rule.title} |" for rule in RULES.values()
    ]


def test_indicators() -> None:
    assert section("## Indicators").strip().splitlines()[2:] == [
        f"| `{indicator.code}` | {indicator.title} |" for indicator in definitions().indicators
    ]


@pytest.mark.parametrize("severity", Severity)
def test_severities(severity: Severity) -> None:
    assert f"| `{severity}` | {severity.russian} |" in section("## Severities")


@pytest.mark.parametrize("scope", SCOPES)
def test_scopes(scope: str) -> None:
    assert f"| `{scope}` |" in section("## Scopes")
