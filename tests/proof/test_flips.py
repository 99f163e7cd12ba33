"""One flipped byte anywhere in a package is found."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.proof.keys import CHIEF, signed
from warehouse.proof.manifest import MANIFEST, SIGNATURE, read_manifest
from warehouse.proof.signing import check_signatures
from warehouse.release.package import WRITERS, verify

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
