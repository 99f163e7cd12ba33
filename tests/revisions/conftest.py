"""An empty warehouse on either engine, and definitions small enough to count many times."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tests.installations import ENGINES
from tests.revisions.told import few_definitions
from warehouse.engine import create_schema, open_engine
from warehouse.indicators import definitions
from warehouse.tables import tables_of


@pytest.fixture(scope="module", params=ENGINES)
def warehouse(request: pytest.FixtureRequest) -> Iterator[sa.Connection]:
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else "duckdb:///:memory:"
    engine = open_engine(url)
    with engine.connect() as connection:
        create_schema(connection, tables_of())
        connection.commit()
        yield connection
    engine.dispose()


@pytest.fixture(scope="module", autouse=True)
def few() -> Iterator[None]:
    """Version 1.0 and a made-up 9.0, with a few indicators each."""
    made = few_definitions()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(definitions, "all_definitions", lambda: made)
        yield
