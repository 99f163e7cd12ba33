"""The boundary between our errors and what Prefect keeps of them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from warehouse.installation.faults import fault_of
from warehouse.installation.settings import Misconfigured
from warehouse.mail.server import MailFailed
from warehouse.proof import Unproved

Given = ParamSpec("Given")
Made = TypeVar("Made")


def without_values(step: Callable[Given, Made]) -> Callable[Given, Made]:
    """Have a step fail with a code: Prefect keeps exception texts and tracebacks, and drivers quote rows in theirs."""

    @functools.wraps(step)
    def told(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        try:
            return step(*args, **kwargs)
        except (Misconfigured, MailFailed, Unproved) as ours:
            words = str(ours)  # worded by us, for the operator
        except Exception as error:  # noqa: BLE001 (the one boundary here; nothing is swallowed)
            words = str(fault_of(error))
        raise RuntimeError(words)  # out here, so that it has no context

    return told
