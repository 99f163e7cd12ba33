"""The invariants of a season, each told in words and held against what there is."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq

from expectations.form import FORM
from tests.canaries import search
from tests.installations import hashes, rows, state
from tests.leaks.birds import GOOD
from tests.soak.arrivals import HOSTILE, Arrived, Night
from warehouse.installation.home import Home
from warehouse.installation.settings import Settings
from warehouse.journal.ledger import ACCEPTED
from warehouse.release.verification import verify
from warehouse.storage.lake import orphans
from warehouse.tables.tables import MENTORING, table, tables_of

VERDICTS = {*ACCEPTED, "rejected", "duplicate"}
KEPT_PERSONAL = ("vault.duckdb", "received", "notes", "remains", "inbox", "forms")  # sealed, or the sender's own
SLOWEST_NIGHT = 900.0  # seconds, of which a lost machine takes a hundred


@dataclass
class Season:
    """What the invariants are asked about."""

    home: Home
    nights: list[Night]
    undisturbed: dict[str, object]
    frozen: dict[str, str]  # hash of each released file, as it was when it was first seen
    seconds: list[float] = field(default_factory=list)
    sinks: list[Path] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def arrived(self) -> list[Arrived]:
        return [one for night in self.nights for one in night.arrived]


def one_line_each(season: Season) -> list[str]:
    """I1: every delivered byte string has exactly one ledger line and one final status."""
    wanted = Counter((one.folder, sha256(one.source)) for one in season.arrived)
    told = rows(season.home, table("deliveries"), "institution_code", "sha256", "verdict")
    found = Counter((code, digest) for code, digest, _ in told)
    left = [path for path in season.home.settings.inbox.rglob("*") if path.is_file()]
    wrong = [f"{len(wanted - found)} deliveries without a line, {len(found - wanted)} lines too many"] * (
        wanted != found
    )
    wrong += [f"verdict «{verdict}»" for *_, verdict in told if verdict not in VERDICTS]
    return wrong + [f"{len(left)} files left in the inbox"] * bool(left)


def ledger_warehouse_lake_agree(season: Season) -> list[str]:
    """I2: rows accepted in the ledger = rows in the warehouse = rows in the Parquet files that its list names."""
    home, wrong = season.home, []
    counts = rows(home, table("sheet_counts"), "delivery", "sheet", "rows_stored")
    accepted = {
        delivery for delivery, verdict in rows(home, table("deliveries"), "delivery", "verdict") if verdict in ACCEPTED
    }
    for sheet in (sheet for sheet in FORM.sheets if f"{MENTORING}.{sheet.name}" in tables_of().tables):
        told = Counter({
            delivery: min(stored, 1) if sheet.vertical else stored  # of answers one below another, one row is made
            for delivery, name, stored in counts
            if name == sheet.name and delivery in accepted
        })  # fmt: skip
        kept = Counter(delivery for (delivery,) in rows(home, table(sheet.name), "delivery"))
        wrong += [f"{sheet.name}: ledger {told.total()}, warehouse {kept.total()}"] * (+told != kept)
    return wrong + _lake(home)


def _lake(home: Home) -> list[str]:
    listed = rows(home, table("lake_files"), "name", "path", "sha256", "delivery", "rows")
    wrong = [f"a file of the lake is not as listed: {path}" for _, path, digest, *_ in listed
             if sha256(home.settings.lake / path) != digest]  # fmt: skip
    kept = Counter({name: sum(count for other, *_, count in listed if other == name) for name, *_ in listed})
    for name, told in kept.items():
        there = sum(
            pq.ParquetFile(home.settings.lake / path).metadata.num_rows
            for path in {p for n, p, *_ in listed if n == name}
        )
        in_warehouse = len(rows(home, table(name), "delivery"))
        wrong += [f"{name}: listed {told}, lake {there}, warehouse {in_warehouse}"] * (
            not told == there == in_warehouse
        )
    found = orphans(home.settings.lake, {path for _, path, *_ in listed})
    return wrong + [f"{len(found)} files of the lake that nobody names"] * bool(found)


def released_never_changes(season: Season) -> list[str]:
    """I3: frozen KPI rows and released extracts never change."""
    now = frozen(season.home)
    return [f"released and changed: {path}" for path, digest in season.frozen.items() if now.get(path) != digest]


def extracts_are_whole(season: Season) -> list[str]:
    """I4: an extract either is absent under its final name or is complete and matches its checksums."""
    return half_made_releases(season.home.settings)


def nobody_is_told(season: Season) -> list[str]:
    """I5: no canary in a forbidden sink."""
    found = search([one for one in GOOD.canaries if len(one.word) > 5])
    home = season.home.settings.home
    found.folder(home, without=[home / name for name in KEPT_PERSONAL])
    for sink in season.sinks:
        found.folder(sink) if sink.is_dir() else found.file(sink)
    for number, text in enumerate(season.texts):
        found.text(text, f"text {number}")
    return [f"{word} in {place} ({spelling})" for place, word, spelling in sorted(found.found)]


def as_if_undisturbed(season: Season) -> list[str]:
    """I6: after faults the same commands reach the state of an undisturbed run."""
    now = whole(season.home)
    return [f"another {part}" for part, was in season.undisturbed.items() if now[part] != was]


def the_batch_goes_on(season: Season) -> list[str]:
    """I7: limits hold per file and the batch goes on."""
    verdicts = dict(rows(season.home, table("deliveries"), "sha256", "verdict"))
    hostile = [one for one in season.arrived if one.kind == HOSTILE]
    wrong = [
        f"a hostile file is {verdict}" for one in hostile if (verdict := verdicts.get(sha256(one.source))) != "rejected"
    ]
    return wrong + [f"a night of {seconds:.0f} s" for seconds in season.seconds if seconds > SLOWEST_NIGHT]


INVARIANTS: dict[str, Callable[[Season], list[str]]] = {
    "I1": one_line_each, "I2": ledger_warehouse_lake_agree, "I3": released_never_changes, "I4": extracts_are_whole,
    "I5": nobody_is_told, "I6": as_if_undisturbed, "I7": the_batch_goes_on,
}  # fmt: skip


def half_made_releases(settings: Settings) -> list[str]:
    """Prove every release that lies under its final name."""
    folders = [path for path in settings.releases.glob("[!.]*") if path.is_dir()]
    return [f"release {path.name}: {wrong}" for path in folders for wrong in verify(path)]


def frozen(home: Home) -> dict[str, str]:
    """Return the hash of every released file, and of the line that names its release."""
    released = {path: one for path, one in hashes(home.settings.releases).items() if not path.startswith(".")}
    lines = rows(home, table("releases"))
    return released | {f"line of {line[0]}": hashlib.sha256(repr(line).encode()).hexdigest() for line in lines}


def whole(home: Home) -> dict[str, object]:
    """Return the state, without what a killed process was writing under another name."""
    told = state(home)
    for name in ("receipts", "releases", "received", "inbox"):
        told[name] = _settled(told[name])
    return told


def _settled(found: object) -> dict[str, str]:
    assert isinstance(found, dict)
    return {path: one for path, one in found.items() if not any(part.startswith(".") for part in Path(path).parts)}


def sha256(path: Path) -> str:
    """Return the hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def broken(season: Season) -> dict[str, list[str]]:
    """Hold everything against every invariant; return what is wrong, by invariant."""
    return {name: told for name, invariant in INVARIANTS.items() if (told := invariant(season))}
