"""Alerts and dashboard: whatever they ask for is told, and each alert has its section of what to do."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from warehouse.watch.figures import WORDS

ROOT = Path(__file__).parents[2]
ALERTS = ROOT / "deployments/prometheus/alerts.yml"
RULES = [rule for group in yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((ROOT / "deployments/grafana/nastavnik.json").read_text(encoding="utf-8"))
QUERIES = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
PROMTOOL = shutil.which("promtool")
NEEDED = {"id", "type", "title", "description", "datasource", "gridPos", "targets", "fieldConfig", "options"}


def named(query: str) -> set[str]:
    return set(re.findall(r"\bnastavnik_\w+", query))


@pytest.mark.parametrize("query", [*QUERIES, *(rule["expr"] for rule in RULES)])
def test_a_query_names_figures_that_are_told(query: str) -> None:
    assert named(query) <= WORDS.keys()
    assert named(query) or "node_textfile_mtime_seconds" in query


def test_every_alert_says_in_russian_what_to_do() -> None:
    page = (ROOT / "docs/engineers/operations.md").read_text(encoding="utf-8")
    for rule in RULES:
        assert re.search("[а-я]", rule["annotations"]["summary"])
        assert rule["annotations"]["runbook"] == f"docs/engineers/operations.md#{rule['alert'].lower()}"
        assert f"\n### {rule['alert']}\n" in page
    assert len({rule["alert"] for rule in RULES}) == len(RULES) == page.count("\n### Nastavnik")


def test_a_dashboard_is_what_grafana_imports() -> None:
    """Structure alone: Grafana itself is not here to draw it."""
    assert DASHBOARD["schemaVersion"] >= 36 and DASHBOARD["uid"] and "id" not in DASHBOARD
    panels, taken = DASHBOARD["panels"], set()
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)
    for panel in panels:
        assert panel.keys() >= NEEDED and re.search("[А-Я]", panel["title"])
        assert {one["datasource"]["uid"] for one in [panel, *panel["targets"]]} == {"${datasource}"}
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells
    assert [one["type"] for one in DASHBOARD["templating"]["list"]] == ["datasource"]


@pytest.mark.skipif(PROMTOOL is None, reason="no promtool on this machine")
def test_promtool_takes_alerts_and_queries(tmp_path: Path) -> None:
    recorded = [{"record": f"asked:{number}", "expr": query} for number, query in enumerate(QUERIES)]
    (tmp_path / "queries.yml").write_text(json.dumps({"groups": [{"name": "dashboard", "rules": recorded}]}))
    for path in (ALERTS, tmp_path / "queries.yml"):
        judged = subprocess.run([str(PROMTOOL), "check", "rules", str(path)], capture_output=True, text=True)
        assert judged.returncode == 0, judged.stdout + judged.stderr
