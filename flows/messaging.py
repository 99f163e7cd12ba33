"""Messages between the parts of Prefect's server: in memory, as by default, but with patience.

SQLite refuses to write in a transaction that has read before another wrote. Prefect tries a message four times within a
twentieth of a second, then drops it, and with it the alarm that it would have raised.
"""

from __future__ import annotations

import anyio
from prefect.server.utilities.messaging import Message, MessageHandler
from prefect.server.utilities.messaging.memory import Consumer as InMemory
from prefect.server.utilities.messaging.memory import Publisher, break_topic, ephemeral_subscription
from sqlalchemy.exc import OperationalError

__all__ = ["Consumer", "Publisher", "break_topic", "ephemeral_subscription"]  # what Prefect asks of a broker
PAUSES = (0.05, 0.2, 0.5, 1.0, 2.0, 5.0)  # seconds: another's transaction ends in less


class Consumer(InMemory):
    """Prefect's own, which gives a message to a busy database later."""

    async def run(self, handler: MessageHandler) -> None:
        async def patient(message: Message) -> None:
            for pause in PAUSES:
                try:
                    return await handler(message)
                except OperationalError:
                    await anyio.sleep(pause)
            return await handler(message)

        await super().run(patient)
