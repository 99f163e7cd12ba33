"""The state of a collection: the screen, the JSON and Prefect's table are one and the same."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from flows.artifacts import status_rows, status_words
from flows.cli.frame import screen
from flows.standing import rows_of, title_words, totals_words
from flows.status import collection_status
from tests.cli.conftest import runner
from tests.flows.mail import mail_server
from tests.installations import moscow
from tests.workbooks import submission, write
from warehouse.collection.expected import Institution, ReportingDate
from warehouse.installation.settings import Settings
from warehouse.mail.owing import Owed, Reason
from warehouse.mail.reminders import run_reminders
from warehouse.mail.words import reminder_body

AT = moscow("2022-01-18 09:30")
STRANGER = "Канареечкин Пётр"


def test_the_command_and_the_artifact_show_the_same(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "PIPE_WIDTH", 300)  # no cell is broken into lines
    run_reminders(settings, moscow("2022-01-09 09:00"))
    with mail_server() as (url, _):
        run_reminders(replace(settings, smtp_url=url, mail_department=("head@example.org",)), AT)
    write(settings.inbox / "NSH-S001" / "a.xlsx", submission("NSH-S001"))
    write(settings.inbox / STRANGER / "a.xlsx", submission("NSH-S001"))
    rows, totals = collection_status(settings, AT)
    run = runner(settings.home)
    told = json.loads(run("status", "--on", "2022-01-18", "--format", "json").stdout)
    assert (rows, totals) == (status_rows(told), status_words(told))
    table = re.sub(r"\s+", " ", run("status", "--on", "2022-01-18").stdout)
    (day,) = told["dates"]
    assert [line for line in (title_words(day), totals_words(day)) if line not in table] == []
    shown = [" ".join(filter(None, row.values())) for row in rows_of(day)]
    assert [line for line in shown if line not in table] == []
    assert {row["код"]: row["состояние"] for row in rows} == {
        "NSH-S001": "файл ждёт приёма; срок прошёл; в папке приёма файлов: 1",
        "NSH-S007": "сдано",
        "NSH-S008": "срок прошёл, не сдано; последний файл не принят",
        "не из реестра": "в папках приёма файлов: 1",
    }
    by_code = {one["code"]: one for one in day["institutions"]}
    assert by_code["NSH-S007"]["last_reminder"] is None
    assert by_code["NSH-S007"]["last_receipt"]["verdict"] == "accepted"
    assert by_code["NSH-S008"]["last_reminder"] == {"stage": 1, "at": AT.isoformat(), "outcome": "kept"}
    assert day["totals"] == {
        "expected": 3, "submitted": 1, "late": 0, "missing": 2, "held": 0, "waiting": 1, "refused": 1,
    }  # fmt: skip
    assert STRANGER not in json.dumps(rows, ensure_ascii=False) + totals


def test_who_waits_to_be_confirmed_is_told_so() -> None:
    day = ReportingDate(*(moscow(f"202{d}").date() for d in ("1-12-31", "1-12-01", "2-01-15", "2-01-31")))
    owed = Owed(Institution("NSH-S001", "МБОУ СОШ № 1", day.as_of, None), day, Reason.HELD)
    text = reminder_body(owed, moscow("2022-01-15").date(), None)
    assert "получены, но ещё не действуют: они ждут подтверждения" in text
    assert "Срок сдачи — сегодня, 15.01.2022." in text


def test_letters_are_posted_by_a_command(settings: Settings) -> None:
    """None is due long after the calendar's end; a server that cannot be meant is told before anything is done."""
    run = runner(settings.home)
    assert run("post", "--dry-run").stdout == "Писать некому.\n"
    posted = run("post")
    assert (posted.exit_code, posted.stdout.splitlines()[0]) == (0, "Отправлены: 0.")
    assert run("post", "--dry-run", NASTAVNIK_SMTP_URL="smtp://mail.example.org").exit_code == 2
