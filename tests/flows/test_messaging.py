"""No event of Prefect's server is lost because SQLite was busy for a moment."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from prefect.server.utilities.messaging import BrokerModule, Message, StopConsumer, create_consumer, create_publisher
from prefect.settings import PREFECT_MESSAGING_BROKER, temporary_settings
from sqlalchemy.exc import OperationalError

from flows import messaging
from flows.serving import environment
from tests.installations import settings_for


def tries_of(failing: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Give a message to a handler that fails so many times; return how often it was called until it was done."""
    monkeypatch.setattr(messaging, "PAUSES", (0.0,) * len(messaging.PAUSES))
    calls: list[Message] = []

    async def handler(message: Message) -> None:
        calls.append(message)
        if len(calls) <= failing:
            raise OperationalError("INSERT", {}, Exception("database is locked"))
        raise StopConsumer

    async def go() -> None:
        consumer = create_consumer("alarms")
        async with create_publisher("alarms") as publisher:
            await publisher.publish_data(b"crashed", {})
        await asyncio.wait_for(consumer.run(handler), 1)

    with temporary_settings({PREFECT_MESSAGING_BROKER: "flows.messaging"}):
        asyncio.run(go())
    return len(calls)


def test_a_message_that_finds_the_database_locked_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prefect's own patience ends with the fourth try."""
    assert tries_of(len(messaging.PAUSES), monkeypatch) == len(messaging.PAUSES) + 1


def test_a_password_that_a_kill_left_empty_is_made_anew(tmp_path: Path) -> None:
    """With an empty one Prefect's server would ask nobody for any."""
    settings = settings_for(tmp_path)
    made = environment(settings, 4200)["PREFECT_SERVER_API_AUTH_STRING"]
    assert environment(settings, 4200)["PREFECT_SERVER_API_AUTH_STRING"] == made
    (settings.run / "prefect/auth").write_text("")
    assert len(environment(settings, 4200)["PREFECT_SERVER_API_AUTH_STRING"]) == len(made)


def test_prefect_takes_it_for_a_broker_and_up_names_it(tmp_path: Path) -> None:
    assert isinstance(messaging, BrokerModule)
    assert environment(settings_for(tmp_path), 4200)["PREFECT_SERVER_EVENTS_MESSAGING_BROKER"] == messaging.__name__
