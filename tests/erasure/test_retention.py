"""Retention periods by hand: nothing on the last day, everything on the next; figures stay."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from tests.erasure.test_erase import figures_of, whole
from tests.installations import installation, moscow, vault_rows
from warehouse.erasure.retention import retain
from warehouse.ingestion.rebuild import rebuild
from warehouse.installation.settings import Misconfigured, read_settings
from warehouse.storage.remains import Left, forget_and_keep
from warehouse.storage.vault import read_vault

RECEIVED, IDENTITIES = "NASTAVNIK_KEEP_RECEIVED_YEARS", "NASTAVNIK_KEEP_IDENTITIES_YEARS"
RECEIPTS, REJECTED = "NASTAVNIK_KEEP_RECEIPTS_YEARS", "NASTAVNIK_KEEP_REJECTED_DAYS"


# Received on 10.01.2022, seven different files. Four told of 31.12.2021 and were accepted: their years are counted from
# 2021. Of three no date was kept (a file saved anew, a part of a book, no book at all): theirs from 2022; they are also
# those of whose bytes none were accepted. Rows: schools 7 and its correction, 8 and 14: 8 + 5 + 6 + 4.
CASES = [
    ("2035-01-01", {}, (0, 0)),
    ("2022-12-31", {RECEIVED: "1"}, (0, 0)),
    ("2023-01-01", {RECEIVED: "1"}, (4, 0)),
    ("2024-01-01", {RECEIVED: "1"}, (7, 0)),
    ("2022-12-31", {IDENTITIES: "1"}, (0, 0)),
    ("2023-01-01", {IDENTITIES: "1"}, (4, 23)),
    ("2022-02-09", {REJECTED: "30"}, (0, 0)),
    ("2022-02-10", {REJECTED: "30"}, (3, 0)),
]


@pytest.mark.parametrize(("day", "terms", "due"), CASES)
def test_what_is_due_by_hand(folder: Path, day: str, terms: dict[str, str], due: tuple[int, int]) -> None:
    with installation(folder, at=(at := moscow(f"{day} 06:00")), **terms) as home:
        counts = retain(home, at, dry_run=True).counts
        assert (counts["files"], counts["rows"]) == due
    assert list(folder.glob("acts/*")) == []


def test_figures_stay_and_nothing_is_due_twice(folder: Path) -> None:
    at = moscow("2024-01-01 06:00")
    with installation(folder, at=at, **{RECEIVED: "1", IDENTITIES: "1", RECEIPTS: "1"}) as home:
        before = whole(home)
        done = retain(home, at)
        after = whole(home)
        assert figures_of(after) | {"receipts": {}} == figures_of(before) | {"receipts": {}}
        assert not any(vault_rows(home).values())
        assert (after["receipts"], len(done.acts)) == ({}, 1)
        again = retain(home, at)
        assert (again.entry, again.acts) == (None, [])
        rebuild(home)
        assert whole(home) == after


@pytest.mark.parametrize("value", ["-1", "1.5", "год", "inf", "nan", "5001"])
def test_a_period_is_a_whole_number(value: str) -> None:
    with pytest.raises(Misconfigured, match=RECEIVED):
        read_settings({RECEIVED: value})


def test_what_deliveries_of_an_older_form_left_is_kept_beside_others(tmp_path: Path) -> None:
    """A personal column that the form did not have then is empty."""
    plain = pa.schema([("delivery", pa.string()), ("row", pa.int32()), ("surname", pa.string())])
    former = pa.table([["old"], [2], ["Прежний"]], plain)
    newer = pa.table([["new"], [2], ["Новый"], ["Пётр"]], plain.append(pa.field("given_name", pa.string())))
    lefts = {name: Left({}, {}, {"participants": rows}) for name, rows in (("old", former), ("new", newer))}
    with installation(tmp_path / "home") as home:
        forget_and_keep(home.vault, lefts)
        kept = read_vault(home.vault, "participants", ["surname", "given_name"]).to_pylist()
    assert [(row["surname"], row["given_name"]) for row in kept] == [("Новый", "Пётр"), ("Прежний", None)]
