"""An event is one record of codes and counts, in the form that was asked for; without a wish there is none."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime

import pytest

from warehouse.watch.events import Log, coded, emit, set_up


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    yield
    set_up(Log.NONE)


def test_texts_that_are_no_codes_are_not_said() -> None:
    told = {
        "fault": "DataError/22P02",
        "who": "Пробный Пётр",
        "line": "a\nb",
        "no": None,
        "steps": {"читать": 1.5, "a b": 2},
    }
    assert coded(told) == {"fault": "DataError/22P02", "who": "?", "line": "?", "steps": {"?": 2}}


def test_a_record_is_one_json_object_with_its_time(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(Log.JSON)
    set_up(Log.JSON)  # again, as every run of a process does
    emit("run-ended", {"job": "intake", "accepted": 3})
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert datetime.fromisoformat(told.pop("at")).utcoffset() is not None
    assert told == {"level": "info", "event": "run-ended", "job": "intake", "accepted": 3}


def test_a_warning_of_ours_is_told_by_its_place_alone(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(Log.JSON)
    logging.getLogger("warehouse.lineage.events").warning("Сборщик «%s»", "Пробный")
    told = json.loads(capsys.readouterr().err)
    assert told["event"] == "log" and told["place"].startswith("warehouse.lineage.events:")
    assert "Пробный" not in json.dumps(told, ensure_ascii=False)


def test_a_line_of_text_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(Log.TEXT)
    emit("batch-taken", {"job": "intake", "received": 3}, logging.WARNING)
    assert capsys.readouterr().err.partition(" ")[2] == 'warning batch-taken job="intake" received=3\n'


def test_without_a_wish_nothing_is_said(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    set_up(Log.NONE)
    emit("run-ended", {"job": "intake"}, logging.ERROR)
    assert capsys.readouterr().err == "" and caplog.records == []


def test_a_full_disk_behind_the_stream_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    full = io.TextIOWrapper(io.FileIO("/dev/full", "w"), write_through=True)
    monkeypatch.setattr("sys.stderr", full)
    set_up(Log.JSON)
    emit("run-ended", {"job": "intake"})
    monkeypatch.undo()
    with pytest.raises(OSError, match="No space"):
        full.write("a")
