"""Tokens tell nothing without their key, and neither does anything else that is kept."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pyarrow.parquet as pq
import pytest

from expectations.sealing import opening
from expectations.tokens import snils_token
from tests.installations import COLLECTED, installation, take, warehouse_of
from tests.workbooks import PEOPLE, snils, submission, write
from warehouse.installation.home import Home
from warehouse.release.publish import make_release

GUESSES = 100_000
MASTER = "0123456789abcdef" * 4


def people(*names: str) -> str:
    """Return the sheet «Участники» with the first people bearing these surnames, and a СНИЛС each."""
    text = PEOPLE
    for before, after in zip(("Пробный", "Мнимый", "Учебная"), names, strict=True):
        text = text.replace(before, after.ljust(len(before)))
    return text


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("tokens") / "home"
    numbers = iter(range(100_000_000, 100_000_009))
    sheet = PEOPLE.splitlines()
    column = next(i for i, cell in enumerate(sheet[1].split("|")) if cell.strip() == "СНИЛС")
    told = [*sheet[:2]]
    for line in sheet[2:]:
        cells = line.split("|")
        if len(cells) > column:
            cells[column] = f" {snils(next(numbers))} "
        told.append("|".join(cells))
    write(folder / "inbox/NSH-S007/a.zip", submission(Участники="\n".join(told)))
    with installation(folder, NASTAVNIK_KEY=MASTER) as opened:
        assert take(opened).verdicts == {"accepted": 1}
        make_release(opened, date(2021, 12, 31), COLLECTED)
        yield opened


def kept_tokens(home: Home) -> set[bytes]:
    found = {cell for rows in warehouse_of(home).values() for row in rows for cell in row}
    return {UUID(cell).bytes for cell in found if isinstance(cell, str) and len(cell) == 36 and cell.count("-") == 4}


def test_a_hundred_thousand_guesses_find_nobody(home: Home) -> None:
    """Whoever knows every СНИЛС but not the key: by plain hashes, by empty, zero and known keys, by our own code."""
    tokens = kept_tokens(home)
    everyone = [snils(number) for number in range(100_000_000, 100_000_000 + GUESSES)]
    assert sum(bytes.fromhex(snils_token(home.ring.tokens, one)) in tokens for one in everyone) == 3  # with the key
    for key in (b"", bytes(32), b"snils", b"nastavnik", bytes.fromhex(MASTER)):
        assert not any(bytes.fromhex(snils_token(key, one)) in tokens for one in everyone)
    for one in everyone:
        text = one.encode()
        for known in (text, b"snils\0" + text):
            plain = hashlib.sha256(known).digest()
            assert tokens.isdisjoint({plain[:16], plain[16:], hashlib.md5(known).digest()})


def test_no_file_of_the_home_holds_a_key(home: Home) -> None:
    """Neither the master key, nor what the ring holds, nor the data key of a file; in no spelling."""
    path = next(home.received.paths())
    by = home.received.opening(path)
    assert by == opening(path.read_bytes(), b"received:" + path.name.encode(), home.ring.storage)
    every = [bytes.fromhex(MASTER), home.ring.tokens, *home.ring.storage.by_id.values(), by.data_key]
    forms = [form for key in every for form in (key, key[::-1], key.hex().encode(), key.hex().upper().encode())]
    files = [file for file in home.settings.home.rglob("*") if file.is_file()]
    assert {"keyring.json", "warehouse.duckdb", "vault.duckdb"} <= {file.name for file in files}
    for file in files:
        content = file.read_bytes()
        assert (file.name, [form for form in forms if form in content]) == (file.name, [])
    for file in home.settings.home.rglob("*.parquet"):
        told = repr(pq.read_metadata(file).metadata) + str(pq.ParquetFile(file).read().to_pylist())
        assert (file.name, [key for key in every if key.hex() in told]) == (file.name, [])


def test_a_release_names_nobody_even_by_a_token(home: Home) -> None:
    """People are counted by pattern: what two recipients hold has no pseudonym to be joined by."""
    tokens = {token.hex() for token in kept_tokens(home)} | {str(UUID(bytes=token)) for token in kept_tokens(home)}
    assert tokens
    files = [file for file in home.settings.releases.rglob("*") if file.is_file()]
    assert any("evidence" in str(file) for file in files)
    for file in files:
        content = file.read_bytes().decode("utf-8", "replace")
        if file.suffix == ".parquet":
            content = repr(pq.ParquetFile(file).read().to_pylist())
        assert (file.name, [token for token in tokens if token in content]) == (file.name, [])


def test_the_order_of_rows_tells_nothing_of_names(tmp_path: Path) -> None:
    """The same delivery, but the surnames another way round in the alphabet: only tokens and hashes differ."""
    told = []
    for number, names in enumerate((("Ааа", "Ббб", "Ввв"), ("Яяя", "Ююю", "Эээ"))):
        folder = tmp_path / str(number)
        write(folder / "inbox/NSH-S007/a.zip", submission(Участники=people(*names)), modified=1_640_000_000)
        with installation(folder) as home:
            take(home)
            told.append({name: in_order(home, name) for name in ("participants", "participations", "pairs", "surveys")})
    assert told[0] == told[1]
    assert all(told[0][name] for name in ("participants", "participations", "pairs"))


def in_order(home: Home, name: str) -> list[tuple]:
    """Return a table's rows as they lie, without what is made by hashing."""
    import sqlalchemy as sa

    from warehouse.tables.tables import table

    kept = table(name)
    columns = [column for column in kept.c if column.name != "delivery" and not column.name.endswith("_token")]
    with home.reading() as connection:
        return [tuple(row) for row in connection.execute(sa.select(*columns))]


def test_a_child_that_reads_is_given_no_setting(monkeypatch: pytest.MonkeyPatch, home: Home) -> None:
    """It has the key of tokens and the data key of the file it reads, and no other."""
    from expectations.reading.pool import child_environment

    monkeypatch.setenv("NASTAVNIK_KEY", MASTER)
    assert MASTER not in child_environment().values()
    path = next(home.received.paths())
    by = home.received.opening(path)
    assert by.data_key not in home.ring.storage.by_id.values()


@pytest.mark.parametrize("key", [b"k", b"k" * 32, b"k" * 64, b"k" * 65])
def test_a_token_is_the_start_of_an_hmac(key: bytes) -> None:
    for digits in ("11223344595", "", "я" * 100):
        assert snils_token(key, digits) == hmac.digest(key, b"snils\0" + digits.encode(), "sha256")[:16].hex()
