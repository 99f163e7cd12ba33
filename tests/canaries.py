"""Canaries: people who exist in one delivery alone, and a search for every trace of them in whatever was written.

A word is looked for in the encodings a file, a log or a database may have it in, and inside the containers that are
met on the way: zip (xlsx, packages), gzip, zlib and zstd streams, Parquet, Arrow, SQLite, DuckDB, base64 and pickles.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
import sqlite3
import tempfile
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.sieve import Sieve

EXCEL_EPOCH = date(1899, 12, 30)
DEEPEST = 6  # containers within containers
CODED = 8  # letters of base64, the least that is taken for it
_CODED = re.compile(rb"[A-Za-z0-9+/_-]{%d,}" % CODED)
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")


@dataclass(frozen=True)
class Canary:
    """One word that must not be found, and how a file may spell it."""

    word: str
    folded: bool = True  # looked for without regard to case

    @cached_property
    def spellings(self) -> dict[str, bytes]:
        """Return the word's encodings by name; base64 stands at each of three offsets."""
        word, found = self.word, {}
        cases = {"": word, " lower": word.lower(), " upper": word.upper()} if self.folded else {"": word}
        for case, text in cases.items():
            escaped = json.dumps(text)[1:-1]
            found |= {
                f"UTF-8{case}": text.encode(),
                f"UTF-16{case}": text.encode("utf-16-le"),
                f"cp1251{case}": text.encode("cp1251", "replace"),
                f"cp866{case}": text.encode("cp866", "replace"),
                f"escaped{case}": escaped.encode(),
                f"escaped twice{case}": escaped.replace("\\", "\\\\").encode(),
                f"XML{case}": "".join(f"&#{ord(sign)};" for sign in text).encode(),
                f"percent{case}": urllib.parse.quote(text).encode(),
                f"percent cp1251{case}": urllib.parse.quote(text, encoding="cp1251", errors="replace").encode(),
            }
            for coding in ("utf-8", "utf-16-le", "cp1251"):
                found |= _base64_forms(text.encode(coding, "replace"), f"{coding}{case}")
            found |= _base64_forms(escaped.encode(), f"escaped{case}")
        return {name: spelling for name, spelling in found.items() if len(spelling) >= 4}


def _base64_forms(content: bytes, name: str) -> dict[str, bytes]:
    forms = {}
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + content)
        inner = coded[(0, 2, 3)[offset] : len(coded) - (0, 4, 4)[-(offset + len(content)) % 3]]  # whole of our bits
        forms[f"base64 {name} +{offset}"] = inner
    return forms


def day_spellings(day: date) -> tuple[str, ...]:
    """Return how files write a day; a serial number only where few others could be meant."""
    return f"{day:%d.%m.%Y}", day.isoformat(), f"{day:%Y/%m/%d}", f"{day.day}/{day.month}/{day.year}", f"{day:%d%m%Y}"


def serial(day: date) -> str:
    """Return a day as Excel counts it."""
    return str((day - EXCEL_EPOCH) // timedelta(days=1))


def snils_spellings(digits: str) -> tuple[str, ...]:
    a, b, c, check = digits[:3], digits[3:6], digits[6:9], digits[9:]
    return digits, f"{a}-{b}-{c} {check}", f"{a}-{b}-{c}-{check}", f"{a} {b} {c} {check}"


@dataclass
class Search:
    """A search for canaries; `found` tells (place, word, spelling)."""

    canaries: list[Canary]
    found: set[tuple[str, str, str]] = field(default_factory=set)
    looked: int = 0

    def file(self, path: Path, place: str | None = None) -> None:
        place = place or path.name
        self._bytes(str(path.name).encode(), f"{place} (its name)")
        with suppress(FileNotFoundError):
            self.content(path.read_bytes(), place)
            with path.open("rb") as file:
                if file.read(15) == b"SQLite format 3":
                    self._sqlite(path, place)

    def folder(self, folder: Path, without: Iterable[Path] = ()) -> None:
        """Search every file below a folder, and every name; links are not followed."""
        spared = set(without)
        for path in sorted(folder.rglob("*")):
            if spared & {path, *path.parents} or path.is_symlink():
                continue
            if path.is_file():
                self.file(path, str(path.relative_to(folder)))
            else:
                self._bytes(path.name.encode(), f"{path.relative_to(folder)} (its name)")

    def content(self, content: bytes, place: str, depth: int = 0) -> None:
        """Search bytes, and what is packed within them."""
        self._bytes(content, place)
        if depth < DEEPEST:
            for inner, name in _unpacked(content):
                self.content(inner, f"{place} › {name}", depth + 1)

    def text(self, text: str, place: str) -> None:
        self.content(text.encode("utf-8", "surrogateescape"), place)

    @cached_property
    def _told(self) -> dict[bytes, list[tuple[str, str]]]:
        """Every spelling, and of which words it is, each with the first of its names."""
        found: dict[bytes, dict[str, str]] = {}
        for canary in self.canaries:
            for name, spelling in canary.spellings.items():
                found.setdefault(spelling, {}).setdefault(canary.word, name)
        return {spelling: list(words.items()) for spelling, words in found.items()}

    @cached_property
    def _sieve(self) -> Sieve:
        return Sieve(self._told)

    def _bytes(self, content: bytes, place: str) -> None:
        self.looked += 1
        for spelling in self._sieve.found(content):
            for word, name in self._told[spelling]:
                if not name.startswith("base64") or _stands_coded(spelling, content):
                    self.found.add((place, word, name))

    def _sqlite(self, path: Path, place: str) -> None:
        """A value of a database may lie across two pages, or be told by its log alone."""
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / path.name
            for name in (path.name, f"{path.name}-wal"):
                with suppress(FileNotFoundError):
                    (copy.parent / name).write_bytes((path.parent / name).read_bytes())
            with closing(sqlite3.connect(copy)) as database:
                database.text_factory = bytes
                for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall():
                    with suppress(sqlite3.Error):
                        rows = database.execute(f'SELECT * FROM "{table.decode()}"')
                        values = (value for row in rows for value in row)
                        joined = b"\n".join(v if isinstance(v, bytes) else str(v).encode() for v in values if v)
                        self.content(joined, f"{place} › {table.decode()}", 1)


def _stands_coded(spelling: bytes, content: bytes) -> bool:
    """Whether a short one stands within so much of base64 that it is no accident."""
    return len(spelling) >= CODED or any(spelling in coded for coded in _CODED.findall(content))


def _unpacked(content: bytes) -> Iterator[tuple[bytes, str]]:
    if content.startswith(b"PK"):
        with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                yield entry.filename.encode(), "entry name"
                with suppress(zipfile.BadZipFile, RuntimeError, NotImplementedError):
                    yield archive.read(entry), entry.filename
    if content.startswith(b"\x1f\x8b"):
        with suppress(OSError, EOFError, zlib.error):
            yield gzip.decompress(content), "gzip"
    if content[:1] == b"\x78":
        with suppress(zlib.error):
            yield zlib.decompress(content), "zlib"
    if content.startswith(b"PAR1"):
        with suppress(pa.ArrowException):
            table = pq.ParquetFile(io.BytesIO(content)).read()
            yield (repr(table.to_pylist()) + repr(table.schema.metadata)).encode(), "parquet"
    if content.startswith(b"\xff\xff\xff\xff"):
        with suppress(pa.ArrowException):
            yield repr(pa.ipc.open_stream(content).read_all().to_pylist()).encode(), "arrow"
    for coded in set(_BASE64.findall(content)):
        plain = coded.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        with suppress(ValueError):
            decoded = base64.b64decode(plain + b"=" * (-len(plain) % 4))
            if decoded[:2] in (b"PK", b"\x1f\x8b") or decoded[:1] in (b"\x80", b"x"):  # a pickle, or something packed
                yield decoded, "base64"


def search(canaries: Iterable[str | Canary]) -> Search:
    """Begin a search for words; for a Canary as it says."""
    return Search([one if isinstance(one, Canary) else Canary(one) for one in canaries])
