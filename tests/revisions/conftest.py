"""An empty warehouse on either engine, and definitions small enough to count many times."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.revisions.told import few_definitions
from warehouse.indicators import definitions


@pytest.fixture(scope="module", autouse=True)
def few() -> Iterator[None]:
    """Version 1.0 and a made-up 9.0, with a few indicators each."""
    made = few_definitions()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(definitions, "all_definitions", lambda: made)
        yield
