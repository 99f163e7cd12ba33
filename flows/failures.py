"""The boundary between our errors and what Prefect keeps of them."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Iterator

from warehouse.outbox import MailFailed
from warehouse.proof import Unproved
from warehouse.settings import Misconfigured

OURS = ("expectations", "warehouse", "flows")


@contextlib.contextmanager
def without_values() -> Iterator[None]:
    """Turn an error into a code: Prefect keeps exception texts, and drivers quote rows in theirs."""
    try:
        yield
    except (Misconfigured, MailFailed, Unproved) as ours:
        raise RuntimeError(str(ours)) from None  # worded by us, for the operator
    except Exception as error:  # noqa: BLE001 (the one boundary here; nothing is swallowed)
        raise RuntimeError(code_of(error)) from None


def code_of(error: BaseException) -> str:
    """Name an error by its kind and by the last line of ours it passed."""
    kinds = [type(error).__name__]
    if (cause := getattr(error, "orig", None)) is not None:  # what SQLAlchemy wraps
        kinds.append(type(cause).__name__)
    places = [
        f"{module}:{line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if (module := frame.f_globals.get("__name__", "")) != __name__ and module.partition(".")[0] in OURS
    ]
    return f"{'/'.join(kinds)} @ {places[-1] if places else '?'}"
