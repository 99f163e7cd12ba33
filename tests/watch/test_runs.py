"""What a run tells: events in their order, figures for Prometheus, and nothing of a person."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.canaries import search
from tests.cli.conftest import runner
from tests.installations import COLLECTED, installation, settings_for
from tests.leaks.birds import BIRDS
from tests.watch.conftest import FLOW_RUN, Watched
from warehouse.channels.left import Left, last_left, note_left
from warehouse.installation.home import locked
from warehouse.watch.figures import WORDS, figures
from warehouse.watch.last_runs import kept_runs
from warehouse.watch.runs import step, watched
from warehouse.watch.spelling import spelled

Figures = dict[str, dict[frozenset, float]]


def read(text: str) -> Figures:
    """Read figures as Prometheus does: by name and labels."""
    found: Figures = {}
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            found.setdefault(one.name, {})[frozenset(one.labels.items())] = one.value
    return found


def of(**labels: str) -> frozenset:
    return frozenset(labels.items())


def test_a_run_tells_its_beginning_its_batches_and_its_end(watched_home: Watched) -> None:
    assert watched_home.took.exit_code == 1
    begun, *batches, ended = watched_home.events(watched_home.took)
    assert (begun["event"], {one["event"] for one in batches}, ended["event"]) == (
        "run-begun", {"batch-taken"}, "run-ended",
    )  # fmt: skip
    assert {(one["run"], one["job"], one["flow_run"]) for one in (begun, *batches, ended)} == {
        (begun["run"], "intake", FLOW_RUN)
    }
    verdicts = ("accepted", "accepted_with_errors", "rejected", "duplicate")
    for verdict in verdicts:
        assert ended.get(verdict, 0) == sum(one.get(verdict, 0) for one in batches)
    assert sum(one["received"] for one in batches) == sum(ended.get(verdict, 0) for verdict in verdicts) == 10
    assert ended["outcome"] == "done" and ended["seconds"] > 0
    assert {"look", "receive", "judge", "receipts"} <= ended["steps"].keys()
    assert sum(ended["steps"].values()) <= ended["seconds"]


def test_a_failure_is_told_by_its_code_and_place(watched_home: Watched) -> None:
    assert watched_home.failed.exit_code == 3
    ended = watched_home.events(watched_home.failed)[-1]
    assert (ended["event"], ended["level"], ended["outcome"]) == ("run-ended", "error", "failed")
    assert ended["fault"] == "RuntimeError" and re.fullmatch(r"warehouse\.[\w.]+:\d+", ended["place"])


def test_the_file_tells_what_happened_up_to_the_last_run(watched_home: Watched) -> None:
    assert stat.S_IMODE(watched_home.metrics.stat().st_mode) == 0o644  # another account collects it
    told = read(watched_home.metrics.read_text())
    assert told["nastavnik_runs_total"] == {of(job="intake"): 2}
    assert told["nastavnik_run_failures_total"] == {of(job="intake", code="RuntimeError"): 1}
    assert told["nastavnik_run_failed"] == {of(job="intake"): 1}
    ended, succeeded = (
        told[f"nastavnik_run_last_{name}_timestamp_seconds"][of(job="intake")] for name in ("end", "success")
    )
    assert ended >= succeeded  # whole seconds
    assert sum(told["nastavnik_deliveries"].values()) == 10
    assert told["nastavnik_pending_files"] == {of(): 1}  # the failed run put nothing away
    assert told["nastavnik_pending_oldest_timestamp_seconds"][of()] > 0
    assert told["nastavnik_warehouse_read"] == {of(): 1}


def test_figures_are_those_of_status_and_documented(watched_home: Watched, tmp_path: Path) -> None:
    told = read(watched_home.run("metrics").stdout)
    assert {dict(labels)["engine"] for labels in told["nastavnik_info"]} == {watched_home.engine}
    then = read(spelled(figures(watched_home.settings, COLLECTED)))
    (day,) = json.loads(watched_home.run("status", "--on", "2022-01-10", "--format", "json").stdout)["dates"]
    labels = of(as_of=day["as_of"])
    assert then["nastavnik_coverage_expected"][labels] == day["totals"]["expected"]
    assert then["nastavnik_coverage_submitted"][labels] == day["totals"]["submitted"] > 0
    assert told.keys() <= WORDS.keys()
    page = (Path(__file__).parents[2] / "docs/engineers/observability.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(nastavnik_\w+)", page, re.MULTILINE)) == set(WORDS)
    watched_home.run("metrics", "-o", tmp_path / "new/a.prom")
    assert read((tmp_path / "new/a.prom").read_text()).keys() == told.keys()


def test_nothing_of_a_person_is_told(watched_home: Watched) -> None:
    found = search(canary for bird in BIRDS for canary in bird.canaries)
    found.text(watched_home.took.stderr + watched_home.failed.stderr, "events")
    found.file(watched_home.metrics)
    found.folder(watched_home.settings.home / "run")
    assert found.found == set()
    assert not re.search(r"[А-Яа-я]|NSH", watched_home.metrics.read_text())  # nor of an institution


def test_a_busy_warehouse_is_not_waited_for(watched_home: Watched) -> None:
    with locked(watched_home.settings, alone=True):
        told = read(watched_home.run("metrics").stdout)
    assert told["nastavnik_warehouse_read"] == {of(): 0}
    assert "nastavnik_deliveries" not in told and "nastavnik_runs_total" in told


def test_watching_stands_in_no_ones_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a folder that is none nor a file of figures that cannot be written changes how a run ends."""
    with installation(tmp_path / "other"):
        pass
    own = settings_for(tmp_path / "other", NASTAVNIK_LOG="json", NASTAVNIK_METRICS_FILE=str(tmp_path / "no/x.prom"))
    with watched("kpi", own), step("series"):
        pass
    assert [one.job for one in kept_runs(own)] == ["kpi"]
    broken = settings_for(tmp_path / "third", NASTAVNIK_LOG="json")
    broken.run.mkdir(exist_ok=True, parents=True)
    (broken.run / "runs").write_text("a file")
    with pytest.raises(KeyError), watched("kpi", broken):
        raise KeyError
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(one["part"], one["fault"]) for one in told if one["event"] == "watch-failed"] == [
        ("file", "FileNotFoundError"), ("note", "FileExistsError"),
    ]  # fmt: skip


def test_what_channels_keep_is_told_by_status_and_figures(tmp_path: Path) -> None:
    own, run = settings_for(tmp_path / "home"), runner(tmp_path / "home")
    assert run("status").exit_code == 0
    note_left(own, Left(strangers=2, unread=3))
    told = json.loads(run("status", "--format", "json").stdout)
    assert told["left"] == {"strangers": 2, "unread": 3}
    words = "осталось в каналах: писем не с зарегистрированных адресов: 2; файлов, которые канал показал и не отдал: 3."
    assert words in re.sub(r"\s+", " ", run("status").stdout)
    told = read(run("metrics").stdout)
    assert (told["nastavnik_channel_strangers"], told["nastavnik_channel_unread"]) == ({of(): 2}, {of(): 3})
    note_left(own, Left())
    assert last_left(own) == Left()
    assert "осталось в каналах" not in run("status").stdout


def test_staleness_is_of_the_series_and_of_the_release(watched_home: Watched) -> None:
    with watched("kpi", watched_home.settings):
        pass
    told = read(watched_home.run("metrics").stdout)
    assert told["nastavnik_kpi_staleness_seconds"] == {of(of="series"): 0}  # nothing was ever released


def attributes(span: dict) -> dict[str, object]:
    return {one["key"]: next(iter(one["value"].values())) for one in span.get("attributes", ())}


def test_a_run_is_a_trace_with_its_steps(watched_home: Watched) -> None:
    runs = [one for one in watched_home.collector.spans() if not one.get("parentSpanId")]
    assert [one["name"] for one in runs] == ["intake", "intake"]
    done, failed = (attributes(one) for one in runs)
    assert done["nastavnik.flow_run"] == FLOW_RUN and done["nastavnik.outcome"] == "done"
    assert done["nastavnik.run"] == watched_home.events(watched_home.took)[0]["run"]
    assert int(str(done["nastavnik.rejected"])) > 0
    assert (failed["nastavnik.outcome"], failed["nastavnik.fault"]) == ("failed", "RuntimeError")
    assert [one["status"]["code"] for one in runs] == ["STATUS_CODE_OK", "STATUS_CODE_ERROR"]
    for one in runs:
        steps = [
            span for span in watched_home.collector.spans() if span["traceId"] == one["traceId"] and span is not one
        ]
        below = [span for span in steps if span.get("parentSpanId")]
        assert {"look", "receive", "judge"} <= {span["name"] for span in below}
        assert {span["parentSpanId"] for span in below} == {one["spanId"]}
        assert all(one["startTimeUnixNano"] <= span["startTimeUnixNano"] for span in below)
        assert [span.get("events") for span in (one, *below) if span.get("events")] == []  # no exception's text


def test_the_figures_are_those_of_prometheus(watched_home: Watched) -> None:
    sent = {one["name"] for one in watched_home.collector.metrics()}
    assert sent == read(watched_home.metrics.read_text()).keys()
    verdicts = [one for one in watched_home.collector.metrics() if one["name"] == "nastavnik_deliveries"]
    assert sum(point["asDouble"] for point in verdicts[-1]["gauge"]["dataPoints"]) == 10
    (runs, *_) = [one for one in watched_home.collector.metrics() if one["name"] == "nastavnik_runs_total"]
    assert runs["sum"]["isMonotonic"]


def test_a_collector_gets_nothing_of_a_person(watched_home: Watched) -> None:
    found = search(canary for bird in BIRDS for canary in bird.canaries)
    found.folder(watched_home.collector.folder)
    assert found.found == set()
    assert len(list(watched_home.collector.folder.glob("*.bin"))) == 4
