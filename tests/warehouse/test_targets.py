"""Targets judged when they are loaded: what refuses the load, what is told, what passes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.conftest import runner
from tests.installations import installation, learn
from warehouse.indicators.trajectory import plan_known
from warehouse.installation.settings import Misconfigured
from warehouse.journal.journal import known_by
from warehouse.register.reference import parse_reference, shipped_reference
from warehouse.register.targets import TOLD, judge_targets, shortened

HEAD = "indicator,scope_type,scope_code,as_of,target_percent,direction,source"
SHIPPED = {
    name: parse_reference(name, (shipped_reference() / f"{name}.csv").read_text(encoding="utf-8"))
    for name in ("targets", "institutions", "reporting_dates")
}


def judge(*lines: str, **others: list) -> tuple[list[str], list[str]]:
    rows = parse_reference("targets", "\n".join([HEAD, *(f"{line},приказ" for line in lines)]))
    return judge_targets(rows, others.get("register", SHIPPED["institutions"]), SHIPPED["reporting_dates"])


def test_the_orders_own_targets_are_whole() -> None:
    assert judge_targets(*SHIPPED.values()) == ([], [])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("students_involved,kind,NSH/ОУ,2021-12-31,0.3,at_least", "другая шкала: 0.3 — это доля, а не проценты"),
        ("students_involved,kind,NSH/ОУ,2021-12-31,100.01,at_least", "вне границ 0–100"),
        ("students_involved,kind,NSH/ОУ,2021-12-31,-1,at_least", "вне границ 0–100"),
        ("students_involved,kind,NSH/ОУ,2021-12-31,NaN,at_least", "цель — число"),
        ("students_involved,kind,NSH/ОУ,2021-12-31,33.333,at_least", "не больше двух знаков"),
        ("students_involved,kind,NSH/ОУ,2021-12-31,30,at_most", "направление «at_most» неизвестно"),
        ("students,kind,NSH/ОУ,2021-12-31,30,at_least", "такого показателя нет"),
        ("training_hours,kind,NSH/ОУ,2021-12-31,30,at_least", "показатель не доля"),
        ("reporting_complete,institution,NSH-S007,2021-12-31,30,at_least", "для охвата «institution» показатель не считается"),
        ("students_involved,school,NSH-S007,2021-12-31,30,at_least", "для охвата «school» показатель не считается"),
        ("students_involved,kind,NSH/СПО,2021-12-31,30,at_least", "такого охвата нет в реестре на эту дату"),
        ("students_involved,municipality,NHS,2021-12-31,30,at_least", "такого охвата нет в реестре на эту дату"),
        ("students_involved,institution,NSH-S007,2020-08-31,30,at_least", "такого охвата нет в реестре на эту дату"),
    ],
)  # fmt: skip
def test_an_error_refuses_the_load(line: str, told: str) -> None:
    errors, warnings = judge(line)
    assert len(errors) == 1 and told in errors[0]
    assert errors[0].startswith(", ".join(line.split(",")[i] for i in (0, 2))) and warnings == []


@pytest.mark.parametrize("percent", ["0", "1", "33.33", "100"])
@pytest.mark.parametrize(
    "scope", ["institution,NSH-S007", "kind,NSH/УДО", "municipality,NSH", "region,61", "country,RU"]
)
def test_any_share_of_any_scope_passes(scope: str, percent: str) -> None:
    assert judge(f"students_involved,{scope},2021-12-31,{percent},at_least")[0] == []


def test_a_closed_institution_has_targets_until_it_closed() -> None:
    closed = [row | {"valid_to": date(2022, 6, 30)} for row in SHIPPED["institutions"] if row["code"] == "NSH-D001"]
    lines = [f"students_involved,kind,NSH/УДО,{day},30,at_least" for day in ("2021-12-31", "2022-12-31")]
    errors, _ = judge(*lines, register=closed)
    assert errors == ["students_involved, NSH/УДО, 31.12.2022: такого охвата нет в реестре на эту дату."]


def test_a_gap_is_told_by_scope_and_date() -> None:
    """One kind without its target, and a municipality that had one a year before."""
    warnings = judge(
        "students_involved,municipality,NSH,2021-12-31,30,at_least",
        "students_involved,kind,NSH/ОУ,2022-12-31,45,at_least",
    )[1]
    assert warnings == [
        "Нет цели: students_involved, NSH/УДО, 31.12.2022.",
        "Нет цели: students_involved, NSH, 31.12.2022.",
    ]


def test_gaps_of_many_are_one_line() -> None:
    """One institution has a target of its own: the 20 others are no 20 lines."""
    warnings = judge("students_involved,institution,NSH-S007,2021-12-31,30,at_least")[1]
    assert warnings == ["Нет цели: students_involved, NSH-D001 и ещё 19, 31.12.2021."]


def test_every_line_left_out_of_the_orders_targets_is_a_gap_or_a_first_target() -> None:
    """The municipality's first target is of 2021: nothing before it is missing."""
    for left_out in SHIPPED["targets"]:
        rest = [row for row in SHIPPED["targets"] if row is not left_out]
        found = judge_targets(rest, SHIPPED["institutions"], SHIPPED["reporting_dates"])
        gap = f"Нет цели: students_involved, {left_out['scope_code']}, {left_out['as_of']:%d.%m.%Y}."
        first = (left_out["scope_type"], left_out["as_of"]) == ("municipality", date(2021, 12, 31))
        assert found == ([], [] if first else [gap])


@pytest.mark.parametrize(("percent", "odd"), [("29.99", True), ("30", False), ("40", False), ("45.01", True)])
def test_a_municipality_lies_between_its_kinds(percent: str, odd: bool) -> None:
    kinds = ("kind,NSH/ОУ,2022-12-31,45", "kind,NSH/УДО,2022-12-31,30", f"municipality,NSH,2022-12-31,{percent}")
    warnings = judge(*(f"students_involved,{line},at_least" for line in kinds))[1]
    told = f"students_involved, NSH, 31.12.2022: цель {percent} % не лежит между целями видов организаций (30–45 %)."
    assert warnings == ([told] if odd else [])


def test_a_date_nobody_announced_is_told() -> None:
    warnings = judge("students_involved,municipality,NSH,2022-06-29,45,at_least")[1]
    assert warnings == ["Цели есть на 29.06.2022, а в календаре такой отчётной даты нет."]


def test_many_lines_are_shortened() -> None:
    assert shortened([str(n) for n in range(TOLD + 3)])[-1] == "… и ещё 3."


def test_a_refused_load_leaves_everything_as_it_was(tmp_path: Path) -> None:
    with installation(tmp_path / "home") as home:
        with pytest.raises(Misconfigured, match="другая шкала"):
            learn(
                home, tmp_path / "ref", targets=f"{HEAD}\nstudents_involved,kind,NSH/ОУ,2021-12-31,0.3,at_least,приказ"
            )
        with home.reading() as connection:
            targets = plan_known(connection, known_by(connection, None)).targets
    assert targets["students_involved", "kind", "NSH/ОУ"][date(2021, 12, 31)] == Decimal(30)


def test_the_command_tells_warnings_and_refusals(tmp_path: Path) -> None:
    run, folder = runner(tmp_path / "home"), tmp_path / "ref"
    folder.mkdir()
    path = folder / "targets.csv"
    path.write_text(f"{HEAD}\nstudents_involved,kind,NSH/ОУ,2021-12-31,30,at_least,приказ\n", encoding="utf-8")
    loaded = run("reference", "load", folder)
    assert (loaded.exit_code, loaded.stdout) == (0, "targets.csv: строк 1\n")
    assert loaded.stderr == "Предупреждение: Нет цели: students_involved, NSH/УДО, 31.12.2021.\n"
    path.write_text(f"{HEAD}\nstudents_involved,kind,NSH/ОУ,2021-12-31,0.3,at_least,приказ\n", encoding="utf-8")
    refused = run("reference", "load", folder)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "targets.csv не загружен:" in refused.stderr and "другая шкала" in refused.stderr
    whole = run("reference", "load", shipped_reference())
    assert (whole.exit_code, whole.stderr) == (0, "")
