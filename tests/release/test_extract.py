"""The extract is written as indicators.md says and read back as it was."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from tests.release.made_contents import town
from warehouse.release.contents import FIGURES
from warehouse.release.extract import (
    hash_figures,
    read_csv,
    read_parquet,
    render_csv,
    write_csv,
    write_parquet,
)
from warehouse.release.package import write_release
from warehouse.release.workbook_figures import read_workbook_figures

ABSENT = dict.fromkeys(FIGURES.names)


def figures(*rows: dict) -> pa.Table:
    return pa.Table.from_pylist([ABSENT | row for row in rows], FIGURES)


def test_csv_is_spelled_as_the_specification_says():
    key = {"release": "2021-12-31-1", "definition": "2020.1", "as_of": date(2021, 12, 31)}
    whole = key | {
        "indicator": "students_involved", "scope_type": "kind", "scope_code": "NSH/ОУ", "numerator": Decimal(1529),
        "denominator": 4692, "value": Decimal("32.59"), "target": Decimal(30), "meets_target": True, "status": "final",
        "expected": 19, "reported": 19, "coverage_students": Decimal(100),
    }  # fmt: skip
    hours = key | {
        "indicator": "training_hours", "scope_type": "municipality", "scope_code": "NSH", "numerator": Decimal("12.50"),
        "status": "provisional", "expected": 21, "reported": 20, "meets_target": False, "low": Decimal("0.5"),
    }  # fmt: skip
    assert render_csv(figures(whole, hours)).decode() == (
        "release,indicator,definition,scope_type,scope_code,as_of,numerator,denominator,value,target,meets_target,"
        "status,expected,reported,coverage_students,low,high\n"
        "2021-12-31-1,students_involved,2020.1,kind,NSH/ОУ,2021-12-31,1529,4692,32.59,30.00,yes,final,19,19,100.00,,\n"
        "2021-12-31-1,training_hours,2020.1,municipality,NSH,2021-12-31,12.5,,,,no,provisional,21,20,,0.50,\n"
    )


@pytest.mark.parametrize(
    ("numerator", "written"),
    [
        ("0", "0"),
        ("10", "10"),
        ("100.0000", "100"),
        ("0.5", "0.5"),
        ("12.2500", "12.25"),
        ("1000000.0001", "1000000.0001"),
    ],
)
def test_numerator_is_an_integer_when_whole_and_otherwise_as_short_as_it_is(numerator, written):
    line = render_csv(figures({"numerator": Decimal(numerator)})).decode().splitlines()[1]
    assert line == f",,,,,,{written},,,,,,,,,,"


def test_no_figures_leave_the_heading():
    assert render_csv(figures()).decode() == ",".join(FIGURES.names) + "\n"


@pytest.mark.parametrize("code", ["a,b", 'a"b', "a\nb", "a\rb", "№ 1", "=1+1"])
def test_a_code_survives_the_extracts(tmp_path, code):
    table = figures({"scope_code": code, "as_of": date(2021, 12, 31)})
    write_csv(table, tmp_path / "kpi.csv")
    write_parquet(table, tmp_path / "kpi.parquet")
    assert read_csv(tmp_path / "kpi.csv").equals(table)
    assert read_parquet(tmp_path / "kpi.parquet").equals(table)


def test_the_three_extracts_agree_figure_for_figure(tmp_path):
    contents = town(missing=("NSH-S016",))
    folder = write_release(contents, tmp_path / contents.release)
    assert contents.figures.num_rows > 800
    assert read_csv(folder / "kpi.csv").equals(contents.figures)
    assert read_parquet(folder / "kpi.parquet").equals(contents.figures)
    assert read_workbook_figures(folder / "kpi.xlsx").equals(contents.figures)


def test_equal_figures_of_two_releases_hash_equal():
    one, other = (
        {"release": release, "indicator": "students_involved"} for release in ("2021-12-31-1", "2021-12-31-2")
    )
    assert hash_figures(figures(one)) == hash_figures(figures(other))
    assert hash_figures(figures(one)) != hash_figures(figures(one | {"numerator": Decimal(1)}))


def test_rows_are_sorted_by_all_key_columns():
    table = town().figures
    keys = list(zip(*(table[name].to_pylist() for name in FIGURES.names[:6]), strict=True))
    assert keys == sorted(keys, key=lambda key: [part.encode() if isinstance(part, str) else part for part in key])
