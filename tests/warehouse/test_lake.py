"""The lake: a batch's rows in few files, each delivery to be had from them alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from warehouse.storage.lake import LAKE_FILES, orphans, rows_of, write_lake

DATES = {"a": date(2020, 12, 31), "b": date(2021, 12, 31), "c": date(2021, 12, 31)}


def table(**rows: int) -> pa.Table:
    """As many rows of each delivery as are told, sorted."""
    pairs = [(delivery, row) for delivery, count in sorted(rows.items()) for row in range(count)]
    return pa.table({"delivery": [delivery for delivery, _ in pairs], "row": [row for _, row in pairs]})


@pytest.fixture
def listed(tmp_path: Path) -> list[dict]:
    return write_lake(
        tmp_path, {"pairs": table(a=2, b=3, c=1), "surveys": table(b=1), "events": table()}, DATES
    ).to_pylist()


def test_a_batch_leaves_a_file_a_table_and_date(tmp_path: Path, listed: list[dict]) -> None:
    assert [(one["delivery"], one["name"], one["rows"]) for one in listed] == [
        ("a", "pairs", 2), ("b", "pairs", 3), ("c", "pairs", 1), ("b", "surveys", 1),
    ]  # fmt: skip
    folders = {path.parent.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.parquet")}
    assert folders == {"pairs/as_of=2020-12-31", "pairs/as_of=2021-12-31", "surveys/as_of=2021-12-31"}
    assert len({one["path"] for one in listed}) == 3 and orphans(tmp_path, {one["path"] for one in listed}) == []


def test_a_delivery_is_read_alone(tmp_path: Path, listed: list[dict]) -> None:
    for one in listed:
        rows = rows_of(tmp_path, one["path"], one["sha256"], one["delivery"])
        assert rows is not None
        assert rows.to_pylist() == [{"delivery": one["delivery"], "row": row} for row in range(one["rows"])]


def test_a_changed_file_gives_nothing(tmp_path: Path, listed: list[dict]) -> None:
    one = listed[0]
    content = (tmp_path / one["path"]).read_bytes()
    (tmp_path / one["path"]).write_bytes(content[:-1])
    assert rows_of(tmp_path, one["path"], one["sha256"], "a") is None
    (tmp_path / one["path"]).unlink()
    assert rows_of(tmp_path, one["path"], one["sha256"], "a") is None


def test_the_same_rows_go_to_the_same_file(tmp_path: Path, listed: list[dict]) -> None:
    again = write_lake(tmp_path, {"pairs": table(a=2, b=3, c=1)}, DATES)
    assert again.schema.equals(LAKE_FILES)
    assert again.to_pylist() == [one for one in listed if one["name"] == "pairs"]
