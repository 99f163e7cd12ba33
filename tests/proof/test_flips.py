"""One flipped byte anywhere in a package is found."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from tests.proof.keys import CHIEF, signed
from warehouse.proof.manifest import MANIFEST, SIGNATURE, read_manifest, sealed
from warehouse.proof.signing import check_signatures
from warehouse.release.contents import BREAKDOWNS
from warehouse.release.extract import write_csv
from warehouse.release.package import WRITERS, verify
from warehouse.release.verification_parts import read_part

FILES = sorted({*WRITERS, MANIFEST, SIGNATURE})
STRIDE = 3  # every third byte, beginning anywhere


@pytest.fixture(scope="module")
def package(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return signed(released, tmp_path_factory.mktemp("signed"), CHIEF)


def faults(folder: Path) -> list[str]:
    return verify(folder) + check_signatures(folder, required=True)[1]


def test_the_package_is_proved(package: Path) -> None:
    assert sorted(path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file()) == FILES
    assert faults(package) == []


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_byte(package: Path, name: str) -> None:
    path = package / name
    content = path.read_bytes()
    random = Random()  # other positions and other bits in every run
    try:
        for position in (0, random.randrange(len(content)), len(content) - 1):
            mask = random.randrange(1, 256)
            path.write_bytes(_flipped(content, position, mask))
            assert faults(package), (position, mask)
    finally:
        path.write_bytes(content)


def _flipped(content: bytes, position: int, mask: int) -> bytes:
    return content[:position] + bytes([content[position] ^ mask]) + content[position + 1 :]


CHECKS = {
    MANIFEST: lambda folder: read_manifest(folder)[1],
    SIGNATURE: lambda folder: check_signatures(folder, required=True)[1],
}


@pytest.mark.parametrize("name", CHECKS)
def test_bytes_that_no_hash_covers(package: Path, name: str) -> None:
    """The manifest is sealed by itself, a signature by what it signs: whatever stands there is tried."""
    path = package / name
    content = path.read_bytes()
    unseen = []
    try:
        for position in range(Random().randrange(STRIDE), len(content), STRIDE):
            path.write_bytes(_flipped(content, position, 1))
            if not CHECKS[name](package):
                unseen.append(position)
    finally:
        path.write_bytes(content)
    assert unseen == []


def reseal(folder: Path) -> None:
    """Write the manifest anew over what the files are now: only the evidence can tell that they are not what was."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    del manifest["seal"]
    for name in manifest["files"]:
        content = (folder / name).read_bytes()
        manifest["files"][name] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    (folder / MANIFEST).write_bytes(sealed(manifest))


Rows = list[dict[str, Any]]


def one_more(column: str, by: Any) -> Callable[[Rows, int], None]:
    def change(rows: Rows, place: int) -> None:
        rows[place][column] += by

    return change


def becomes(column: str, value: Any) -> Callable[[Rows, int], None]:
    def change(rows: Rows, place: int) -> None:
        rows[place][column] = value

    return change


FORGERIES = {
    "numerator": one_more("numerator", 1),
    "denominator": one_more("denominator", 1),
    "value": one_more("value", Decimal("0.01")),
    "no value": becomes("value", None),
    "release": becomes("release", "2024-12-31-2"),
    "breakdown": becomes("breakdown", "age"),
    "member": becomes("member", "form_9"),
    "definition": becomes("definition", "1.0"),
    "scope_type": becomes("scope_type", "city"),
    "scope_code": becomes("scope_code", "NSH-S999"),
    "as_of": becomes("as_of", date(2019, 12, 31)),
    "measure": becomes("measure", "people"),
    "a row lost": lambda rows, place: rows.pop(place),
    "a row twice": lambda rows, place: rows.insert(place, rows[place]),
    "another order": lambda rows, place: rows.append(rows.pop(place)),
    "both of a share": lambda rows, place: rows[place].update(numerator=1, denominator=2, value=Decimal("50.00")),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_cell_of_breakdowns_forged_with_all_its_hashes(released: Path, tmp_path: Path, forgery: str) -> None:
    folder = shutil.copytree(released, tmp_path / released.name)
    rows = read_part(folder / "breakdowns.csv", BREAKDOWNS).to_pylist()
    FORGERIES[forgery](rows, Random().randrange(len(rows) - 1))
    write_csv(pa.Table.from_pylist(rows, BREAKDOWNS), folder / "breakdowns.csv")
    reseal(folder)
    wrong = verify(folder)
    assert wrong and all("breakdowns.csv" in line for line in wrong)
