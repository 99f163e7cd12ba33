"""Each alert fires when it should and not before: judged by Prometheus' own program over hours that nobody waits for."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.deployments.test_watching import ALERTS, PROMTOOL, RULES

EVERY = "5m"  # a figure is asked for
LONG = 1500  # times that, over five days
CASES: dict[str, tuple[dict[str, str], list[str], list[str]]] = {  # series from hour 0; when it is quiet; when it fires
    "NastavnikNoGoodNight": ({"nastavnik_night_last_timestamp_seconds": f"0x{LONG}"}, ["25h"], ["26h10m"]),
    "NastavnikPendingTooLong": (
        {"nastavnik_pending_oldest_timestamp_seconds": f"0x336 _x{LONG}"},  # taken after 28 hours
        ["25h", "26h10m", "29h"],
        ["27h"],
    ),
    "NastavnikCoverageLow": (
        {
            'nastavnik_coverage_submitted{as_of="2021-12-31"}': f"7x{LONG}",
            'nastavnik_coverage_expected{as_of="2021-12-31"}': f"10x{LONG}",
            'nastavnik_deadline_timestamp_seconds{as_of="2021-12-31"}': f"{4 * 86400}x{LONG}",
        },
        ["23h", "24h30m", "97h"],
        ["26h", "95h"],
    ),
    "NastavnikKpiStale": ({'nastavnik_kpi_staleness_seconds{of="series"}': f"60x320 0x{LONG}"}, ["25h", "28h"], ["26h10m"]),
    "NastavnikRunFailed": ({'nastavnik_run_failed{exported_job="intake"}': f"1x20 0x{LONG}"}, ["40m", "2h"], ["50m"]),
    "NastavnikChannelFault": ({"nastavnik_channel_unread": f"2x{LONG}"}, ["50m"], ["70m"]),
    "NastavnikFiguresStale": (
        {'node_textfile_mtime_seconds{file="/var/lib/node/nastavnik.prom"}': f"0x{LONG}"}, ["25h"], ["26h10m"],
    ),
}  # fmt: skip
LABELS = {
    "NastavnikCoverageLow": {"as_of": "2021-12-31"}, "NastavnikKpiStale": {"of": "series"},
    "NastavnikRunFailed": {"exported_job": "intake"},
    "NastavnikFiguresStale": {"file": "/var/lib/node/nastavnik.prom"},
}  # fmt: skip


def expected(alert: str) -> dict[str, Any]:
    """Return what the alert says when it fires, its labels filled in."""
    (rule,) = [rule for rule in RULES if rule["alert"] == alert]
    labels, said = LABELS.get(alert, {}), dict(rule["annotations"])
    for name, value in labels.items():
        said["summary"] = said["summary"].replace(f"{{{{ $labels.{name} }}}}", value)
    return {"exp_labels": rule["labels"] | labels, "exp_annotations": said}


def test_every_alert_has_its_case() -> None:
    assert CASES.keys() == {rule["alert"] for rule in RULES}


@pytest.mark.skipif(PROMTOOL is None, reason="no promtool on this machine")
def test_alerts_fire_in_their_time(tmp_path: Path) -> None:
    cases = [
        {
            "interval": EVERY,
            "input_series": [{"series": name, "values": values} for name, values in series.items()],
            "alert_rule_test": [
                {"eval_time": time, "alertname": alert, "exp_alerts": [expected(alert)] * (time in fires)}
                for time in quiet + fires
            ],
        }
        for alert, (series, quiet, fires) in CASES.items()
    ]
    told = {"rule_files": [str(ALERTS)], "evaluation_interval": EVERY, "tests": cases}
    (tmp_path / "cases.yml").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    judged = subprocess.run([str(PROMTOOL), "test", "rules", "cases.yml"], cwd=tmp_path, capture_output=True, text=True)
    assert judged.returncode == 0, judged.stdout + judged.stderr
