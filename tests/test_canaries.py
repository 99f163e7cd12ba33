"""The search finds a canary wherever one is planted: a search that finds nothing proves something only then."""

from __future__ import annotations

import base64
import gzip
import io
import json
import pickle
import sqlite3
import urllib.parse
import zipfile
import zlib
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.canaries import day_spellings, search, serial, snils_spellings
from tests.sieve import Sieve

WORD = "Канареечкинский"


def zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", content)
    return file.getvalue()


def parquet(word: str) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"a": [word] * 3}), file, compression="zstd")
    return file.getvalue()


def in_metadata(word: str) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"a": [1]}).replace_schema_metadata({"who": word}), file)
    return file.getvalue()


def sqlite(folder: Path, word: str) -> bytes:
    with sqlite3.connect(folder / "a.db") as database:
        database.execute("CREATE TABLE told (a)")
        database.execute("INSERT INTO told VALUES (?)", (json.dumps({"a": "x" * 4090 + word}),))
    return (folder / "a.db").read_bytes()


def arrow(word: str) -> bytes:
    sink = pa.BufferOutputStream()
    table = pa.table({"a": [word]})
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


FORMS = {
    "UTF-8": WORD.encode(),
    "UTF-16": b"\xff\xfe" + WORD.encode("utf-16-le"),
    "cp1251": WORD.encode("cp1251"),
    "cp866": WORD.encode("cp866"),
    "upper case": WORD.upper().encode(),
    "JSON": json.dumps({"a": WORD}).encode(),
    "JSON within JSON": json.dumps(json.dumps({"a": WORD})).encode(),
    "XML": "".join(f"&#{ord(sign)};" for sign in WORD).encode(),
    "percent": urllib.parse.quote(WORD).encode(),
    "percent of cp1251": urllib.parse.quote(WORD, encoding="cp1251").encode(),
    **{f"base64 at {n}": base64.b64encode(b"abcdef"[:n] + WORD.encode() + b"tail") for n in range(6)},
    **{f"base64 of JSON at {n}": base64.b64encode(b"abc"[:n] + json.dumps(WORD).encode()) for n in range(3)},
    "base64 of a pickle": json.dumps({"result": base64.b64encode(pickle.dumps({"rows": [WORD]})).decode()}).encode(),
    "base64 of gzip": base64.b64encode(gzip.compress(WORD.encode())),
    "gzip": gzip.compress(WORD.encode()),
    "zlib": zlib.compress(WORD.encode()),
    "zip": zipped(WORD.encode()),
    "zip within zip": zipped(zipped(WORD.encode())),
    "parquet": parquet(WORD),
    "parquet's metadata": in_metadata(WORD),
    "parquet in a zip": zipped(parquet(WORD)),
    "arrow": arrow(WORD),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_word_is_found_in_every_form(form: str, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(FORMS[form])
    looking = search([WORD])
    looking.folder(tmp_path)
    assert looking.found
    other = search(["Соловейчиковский"])
    other.folder(tmp_path)
    assert other.found == set()


def test_a_word_is_found_in_a_database_and_in_names(tmp_path: Path) -> None:
    sqlite(tmp_path, WORD)
    (tmp_path / WORD).mkdir()
    (tmp_path / "b" / f"{WORD}.txt").parent.mkdir()
    (tmp_path / "b" / f"{WORD}.txt").write_text("")
    looking = search([WORD])
    looking.folder(tmp_path)
    assert {place for place, *_ in looking.found} >= {"a.db › told", f"{WORD} (its name)", f"b/{WORD}.txt (its name)"}


def test_days_and_numbers_have_their_spellings() -> None:
    assert day_spellings(date(2009, 7, 13))[:2] == ("13.07.2009", "2009-07-13")
    assert serial(date(2009, 7, 13)) == "40007"
    assert snils_spellings("11223344595")[1] == "112-233-445 95"


@pytest.mark.parametrize("offset", range(10))
def test_a_word_is_found_wherever_it_begins(offset: int) -> None:
    """Shorter than what is compared at once, just as long, longer; two that end alike; one that stands there cut."""
    words = {b"kenar", b"kenarius", b"the kenarius", b"no kenarius", b"bird of a cage"}
    content = b"." * offset + b"the kenarius, bird of a cag"
    assert Sieve(words).found(content) == {word for word in words if word in content}
    assert Sieve(words).found(content[offset : offset + 12]) == {b"kenar", b"kenarius", b"the kenarius"}
    assert Sieve(words).found(b"." * offset) == set()
