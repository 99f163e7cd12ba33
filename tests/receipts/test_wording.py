"""The sentences a school receives: every rule has one, with its place, and one cause is told once."""

from __future__ import annotations

import pytest

from expectations.form import FORM
from expectations.judge import suites
from expectations.rules import RULES
from expectations.rules.wording import MOST_DETAILS, Finding, compact_rows, group_findings, message_of
from tests.workbooks import grid

SOME_COLUMN = {"sheet": "Участники", "row": 12, "letter": "F"}
UNPLACED = {"sheet": None, "row": None, "letter": None}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("place", [SOME_COLUMN, UNPLACED], ids=["in a cell", "whole file"])
def test_every_rule_makes_whole_sentences(rule: str, place: dict) -> None:
    column = "snils" if place["sheet"] else None
    message = message_of(rule, column, "не позже срока", **place)
    assert message.endswith(".")
    assert not set("{}") & set(message)
    assert "None" not in message and "  " not in message and ".." not in message
    assert "—" not in message or "—" in RULES[rule].problem + RULES[rule].remedy or column is None


def test_a_sentence_that_names_a_detail_gets_one() -> None:
    silent = [
        check
        for checks in suites(FORM).values()
        for check in checks
        if check.detail is None and "{detail}" in RULES[check.rule].problem and check.relation != "reading"
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("finding", "message"),
    [
        (
            Finding("Участники", 12, "F", "snils", "bad-snils", "error", None),
            "Лист «Участники», строка 12, столбец F «СНИЛС»: СНИЛС записан не 11 цифрами, или контрольная сумма "
            "не сходится. Сверьте СНИЛС с документом.",
        ),
        (
            Finding("Пары", 5, "I", "ended_on", "ends-before-start", "error", None),
            "Лист «Пары», строка 5, столбец I «Дата завершения»: дата завершения раньше даты начала. Исправьте даты.",
        ),
        (
            Finding("Документы", None, None, None, "document-missing", "warning", "дорожная карта"),
            "Лист «Документы»: нет документа: дорожная карта. Добавьте его на лист «Документы».",
        ),
        (
            Finding(None, None, None, None, "password-protected", "fatal", None),
            "Файл защищён паролем. Снимите пароль (Файл → Сведения → Защита книги) и пришлите снова.",
        ),
    ],
    ids=lambda value: value.rule if isinstance(value, Finding) else "",
)
def test_messages(finding: Finding, message: str) -> None:
    sheet, row, letter, column, rule, _, detail = finding
    assert message_of(rule, column, detail, sheet=sheet, row=row, letter=letter) == message


@pytest.mark.parametrize("detail", ["{0.__class__}", "{heading}", "%s", "{", "${jndi:x}"])
def test_a_strange_heading_stays_text(detail: str) -> None:
    assert detail in message_of("unknown-column", None, detail, sheet="Пары", letter="Z")


@pytest.mark.parametrize(
    ("rows", "written"),
    [
        ([], ""),
        ([7], "7"),
        ([7, 8], "7, 8"),
        ([4, 2, 3, 2], "2–4"),
        ([*range(2, 15), 17, 20, 21], "2–14, 17, 20, 21"),
        (
            range(2, 200, 2),
            "2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40 и ещё 79",
        ),
    ],
)
def test_rows_are_written_as_ranges(rows: list[int], written: str) -> None:
    assert compact_rows(rows) == written


FINDINGS = """
    sheet     | row | letter | column     | rule             | severity | detail
    Документы |     |        |            | document-missing | warning  | дорожная карта
    Документы |     |        |            | document-missing | warning  | программа наставничества
    Участники | 3   | E      | birth_date | wrong-type       | error    |
    Участники | 4   | E      | birth_date | wrong-type       | error    |
    Участники | 9   | E      | birth_date | wrong-type       | error    |
    Участники | 5   | F      | snils      | wrong-type       | error    |
    Пары      | 7   | D      | form       | not-in-list      | error    | ученик – ученик
    Пары      | 8   | D      | form       | not-in-list      | error    | иная
    Пары      | 1   | M      |            | unknown-column   | warning  | Примечание
    Пары      | 1   | N      |            | unknown-column   | warning  | Телефон
              |     |        |            | unsafe-archive   | fatal    | ссылка
"""
CAUSES = """
    rule             | place                                                          | count
    unsafe-archive   |                                                                | 1
    wrong-type       | Лист «Участники», строки 3, 4, 9, столбец E «Дата рождения»    | 3
    wrong-type       | Лист «Участники», строка 5, столбец F «СНИЛС»                  | 1
    not-in-list      | Лист «Пары», строки 7, 8, столбец D «Форма наставничества»     | 2
    unknown-column   | Лист «Пары», строка 1                                          | 2
    document-missing | Лист «Документы»                                               | 2
"""


def findings() -> list[Finding]:
    return [
        Finding(
            sheet or None,
            int(row) if row else None,
            letter or None,
            column or None,
            rule,
            severity,
            detail or None,
        )
        for sheet, row, letter, column, rule, severity, detail in grid(FINDINGS)[1:]
    ]


def test_one_cause_is_one_group() -> None:
    groups = [[one.rule, one.place, str(one.count)] for one in group_findings(findings())]
    assert groups == grid(CAUSES)[1:]


def test_a_group_lists_its_details() -> None:
    sentences = {one.rule: one.sentence for one in group_findings(findings())}
    assert sentences["document-missing"] == "Нет документа: дорожная карта; программа наставничества."
    assert sentences["not-in-list"].endswith("Возможно, имелось в виду «ученик – ученик», «иная».")


def test_very_many_details_are_cut() -> None:
    many = [Finding("Пары", 1, None, None, "unknown-column", "warning", f"Столбец {n}") for n in range(9)]
    (group,) = group_findings(many)
    assert group.sentence.count("Столбец ") == MOST_DETAILS
    assert "«…»" in group.sentence
