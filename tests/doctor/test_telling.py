"""What operators are mailed: by the doctor, and by the flow that automations start."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.alarm import raise_alarm, told_before
from tests.flows.mail import mail_server
from tests.installations import COLLECTED, settings_for
from warehouse.doctor.telling import tell
from warehouse.installation.settings import Misconfigured
from warehouse.mail.server import MailFailed

TO = "operator@example.org"


def test_operators_are_mailed(tmp_path: Path) -> None:
    with mail_server() as (url, box):
        settings = settings_for(tmp_path, NASTAVNIK_SMTP_URL=url, NASTAVNIK_ALARM_TO=TO)
        tell(settings, "Наставник: сбой — Место на диске", "сбой  Место на диске: свободно 0.1 ГБ", COLLECTED)
        assert raise_alarm(settings, COLLECTED, "Запуск не удался", "intake, quiet-owl")
    first, second = box.received
    assert (first["To"], first["Subject"]) == (TO, "Наставник: сбой — Место на диске")
    assert "свободно 0.1 ГБ" in first.get_content()
    assert second["Subject"] == "Наставник: Запуск не удался"
    assert "intake, quiet-owl" in second.get_content()
    assert "docs/engineers/operations.md" in second.get_content()


def test_a_refused_letter_is_a_failure(tmp_path: Path) -> None:
    with mail_server({TO: "550 no such user"}) as (url, box):
        settings = settings_for(tmp_path, NASTAVNIK_SMTP_URL=url, NASTAVNIK_ALARM_TO=TO)
        with pytest.raises(MailFailed, match="550"):
            tell(settings, "Тема", "Слова", COLLECTED)
    assert box.received == []


def test_without_operators_nobody_is_told(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    assert not raise_alarm(settings, COLLECTED, "Запуск не удался", "intake, quiet-owl")
    with pytest.raises(Misconfigured, match="NASTAVNIK_ALARM_TO"):
        tell(settings, "Тема", "Слова", COLLECTED)


def test_a_server_that_does_not_answer_keeps_no_letter_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(**_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr("flows.alarm.get_client", refused)
    assert not told_before("an event")
