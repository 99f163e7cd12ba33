"""great-expectations decides as the findings do, and its results keep no value of a cell."""

from __future__ import annotations

import json
import logging
from collections import Counter

import pytest

from expectations.form import FORM
from expectations.judge import judge, phases, suites
from expectations.rules.cells import READING
from expectations.rules.structure import Check
from expectations.staging import Staging
from expectations.suites import Gate, GateBroken
from tests.rules.cases import Case, context_of, read_case

SUITES = suites(FORM)
# The rows judged: those that keep every second rule, so that each rule of a relation is kept once and broken once,
# and GX has to tell neighbours apart. By the number of a rule: whether the rows that break it are left out.
LEFT_OUT = {
    "rows that keep even rules": lambda number: number % 2 == 0,
    "rows that keep odd rules": lambda number: number % 2 == 1,
}


@pytest.fixture(scope="module")
def verdicts(judged: Staging) -> dict[tuple[str, str], tuple[set[str], set[str]]]:
    """By rows and relation: the rules that GX says fail, and those by whose condition some row is bad."""
    gate = Gate(judged.url)
    compared = {}
    for number, (rows, left_out) in enumerate(LEFT_OUT.items()):
        for relation, checks in SUITES.items():
            table = f"judged_{number}_{relation}"
            rules = list(dict.fromkeys(check.rule for check in checks))
            bad = [f"({check.bad})" for check in checks if left_out(rules.index(check.rule))]
            judged.run(
                f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM check_{relation} WHERE NOT ({' OR '.join(bad) or 'FALSE'})"
            )
            counts = judged.run(
                f"SELECT {', '.join(f'count(*) FILTER ({check.bad})' for check in checks)} FROM {table}"
            )[0]
            by_condition = {check.rule for check, count in zip(checks, counts, strict=True) if count}
            by_gx = {check.rule for check in gate.failing(checks, f"judged_{number}_")}
            compared[rows, relation] = (by_gx, by_condition)
    return compared


@pytest.mark.parametrize("rows", LEFT_OUT)
@pytest.mark.parametrize("relation", SUITES)
def test_gx_fails_exactly_the_rules_that_some_row_breaks(rows: str, relation: str, verdicts) -> None:
    by_gx, by_condition = verdicts[rows, relation]
    assert by_gx == by_condition


@pytest.mark.parametrize("relation", SUITES)
def test_gx_passes_and_fails_every_rule_once(relation: str, verdicts) -> None:
    """No rule is without an example that breaks it and rows that keep it, whatever they break beside it."""
    by_rows = [verdicts[rows, relation][0] for rows in LEFT_OUT]
    assert set().union(*by_rows) == {check.rule for check in SUITES[relation]}
    assert not set.intersection(*by_rows)


@pytest.mark.parametrize("relation", SUITES)
def test_findings_are_the_rows_that_break_a_check(relation: str, judged: Staging) -> None:
    """Counted by rule, sheet and column: several checks may share these, as both bounds of a number do."""
    bad: Counter[tuple] = Counter()
    for check in SUITES[relation]:
        (rows,) = judged.run(f"SELECT count(*) FROM check_{relation} WHERE {check.bad}")[0]
        bad[check.rule, check.sheet and FORM.by_name[check.sheet].title, check.column] += rows
    found = Counter(judged.run('SELECT rule, sheet, "column" FROM findings'))
    for (rule, sheet, column), rows in bad.items():
        if relation == READING:
            assert rows == sum(count for place, count in found.items() if place[0] == rule) > 0
        else:
            assert rows == found[rule, sheet, column] > 0


CANARY, NUMBER = "Канарейкин", "98765432101"
CANARIES = Case("column", "a value of its own in every cell", {
    "Организация": f"""
        Куратор | {CANARY}
        Телефон куратора | {NUMBER}
        Эл. почта куратора | {CANARY}
        Наименование организации | {CANARY}
        Код организации | {CANARY}
    """,
    "Участники": f"""
        ID участника | Фамилия    | Имя       | Отчество  | Дата рождения | СНИЛС    | Категория | Класс / объединение
        {CANARY}     | {CANARY}1  | {CANARY}  | {CANARY}? | 17.03.1911    | {NUMBER} | {CANARY}  | {CANARY}
        {CANARY}     | {CANARY}   | {CANARY}7 | {CANARY}  | 17.03.1911    | {NUMBER} | студент   | 10{CANARY}
        {CANARY}     | {CANARY}   | {CANARY}  | {CANARY}  | 17.03.1911    |          | студент   | {CANARY}
        {CANARY}-2   | {CANARY}   | {CANARY}  | {CANARY}  | 17.03.1911    |          | студент   | {CANARY}
    """,
    "Пары": f"""
        ID пары  | ID наставника | ID наставляемого | Форма наставничества | Ролевая модель | Программа | Запрос наставляемого | Итог | Результат
        {CANARY} | {CANARY}      | {CANARY}         | {CANARY} | {CANARY} | {CANARY} | {CANARY} | {CANARY}  | {CANARY}
        {CANARY} | {CANARY}-2    | {CANARY}-2       | иная     | {CANARY} | {CANARY} | {CANARY} | завершена | {CANARY}
    """,
    "Анкеты": f"""
        ID участника | Роль     | Этап     | Удовлетворённость
        {CANARY}     | {CANARY} | {CANARY} | 98
    """,
    "Партнёры": f"""
        ИНН      | Наименование | Тип      | Статус соглашения
        {NUMBER} | {CANARY}     | {CANARY} | {CANARY}
    """,
})  # fmt: skip
CANARY_VALUES = (CANARY, CANARY.lower(), NUMBER, "1911-03-17")


@pytest.fixture
def loud(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Every logger says all it can."""
    for name in (
        None,
        "great_expectations",
        "sqlalchemy",
        "sqlalchemy.engine",
        "sqlalchemy.pool",
        "duckdb_engine",
    ):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


def test_what_gx_returns_and_logs_holds_no_value_of_a_cell(tmp_path, monkeypatch, loud, capfd) -> None:
    from great_expectations.datasource.fluent.interfaces import Batch

    results = []
    validate = Batch.validate
    monkeypatch.setattr(Batch, "validate", lambda *a, **k: results.append(validate(*a, **k)) or results[-1])
    with Staging() as staging:
        staging.load([read_case(0, CANARIES, tmp_path)], context_of({0: CANARIES}))
        judge(staging)
        assert len(staging.run("SELECT DISTINCT rule FROM findings")) > 10
        findings = str(staging.fetch("SELECT * FROM findings").to_pylist())
    assert len(results) == len(phases(FORM))
    told = capfd.readouterr()
    returned = [str(one.to_json_dict()) for one in results]
    for words in (
        *returned,
        *(json.dumps(one.describe_dict()) for one in results),
        findings,
        loud.text,
        *told,
    ):
        assert not [value for value in CANARY_VALUES if value in words]


def test_a_check_that_cannot_be_evaluated_stops_the_batch_and_quotes_nothing(tmp_path, loud, capfd) -> None:
    broken = Check("bad-name", "participants", "CAST(surname AS INTEGER) > 0", "participants", "surname")
    with Staging() as staging:
        staging.load([read_case(0, CANARIES, tmp_path)], context_of({0: CANARIES}))
        staging.run("CREATE TABLE check_participants AS SELECT * FROM judged_participants")
        with pytest.raises(GateBroken, match="bad-name") as failure:
            Gate(staging.url).failing([broken])
    told = capfd.readouterr()
    for words in (str(failure.getrepr(chain=True)), loud.text, *told):
        assert not [value for value in CANARY_VALUES if value in words]
