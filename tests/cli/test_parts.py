"""Commands about breakdowns and the way to the targets."""

from __future__ import annotations

import csv
import io
import json

from tests.cli.test_commands import Collected
from warehouse.release.contents import BREAKDOWNS, TRAJECTORY


def lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_breakdown_as_csv_json_and_a_table(collected: Collected) -> None:
    """Three schools of two pairs each, one of which ends before it starts: five pairs of an educator with a student."""
    run, _, _ = collected
    text = run("kpi", "--breakdown", "form", "--format", "csv").stdout
    assert text.splitlines()[0] == ",".join(BREAKDOWNS.names)
    pairs = {
        row["member"]: row["numerator"]
        for row in lines(text)
        if (row["scope_code"], row["measure"]) == ("NSH", "pairs")
    }
    assert {member: count for member, count in pairs.items() if count != "0"} == {"educator_student": "5"}
    rows = json.loads(run("kpi", "--breakdown", "form", "--as-of", "2021-12-31", "--format", "json").stdout)
    assert len(rows) == len(lines(text))
    table = run("kpi", "--breakdown", "age").stdout
    assert "Возраст на 31.12.2021, версия 1.0" in table and "10–14 лет" in table


def test_a_breakdown_under_another_version(collected: Collected) -> None:
    run, _, _ = collected
    rows = lines(run("kpi", "--breakdown", "form", "--definition", "2.0", "--format", "csv").stdout)
    town = {row["member"]: row["numerator"] for row in rows if (row["scope_code"], row["measure"]) == ("NSH", "pairs")}
    assert town == {"individual": "1", "collective": "4"}  # one school keeps one pair of its two
    assert {row["definition"] for row in rows} == {"2.0"}
    assert "коллективная" in run("kpi", "--breakdown", "form", "--definition", "2.0").stdout


def test_a_breakdown_as_known_then(collected: Collected) -> None:
    run, _, _ = collected
    assert run("kpi", "--breakdown", "form", "--known-at", "2022-01-09").stdout.startswith("Пар нет")


def test_the_way_to_the_targets(collected: Collected) -> None:
    run, _, _ = collected
    text = run("trajectory", "--format", "csv").stdout
    assert text.splitlines()[0] == ",".join(TRAJECTORY.names)
    (town,) = [row for row in lines(text) if row["scope_code"] == "NSH"]
    assert (town["numerator"], town["denominator"], town["target"]) == (
        "2",
        "300",
        "30.00",
    )  # the same two children in all three schools
    assert (town["missing"], town["next_missing"], town["months"], town["pace_needed"]) == ("88", "133", "12", "11.08")
    assert json.loads(run("trajectory", "--format", "json").stdout)[0]["as_of"] == "2021-12-31"
    table = run("trajectory", "--as-of", "2021-12-31").stdout.replace("\N{NO-BREAK SPACE}", " ")
    assert "Путь к целям на 31.12.2021, человек" in table and "45 % на 31.12.2022" in table
    assert run("trajectory", "--as-of", "2030-12-31").stdout.startswith("Целей впереди нет")
