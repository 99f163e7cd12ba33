"""The keys changed: everything opens as before, the old keys open nothing, and a kill anywhere loses nothing."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from expectations.sealing import HEADER_BYTES, NoSuchKey, StorageKeys, unseal
from tests.forked import Forked
from tests.installations import COLLECTED, ENGINES, KEY, installation, settings_for, state, take, vault_rows
from tests.warehouse.dying_rotation import OF_TOKENS, POINTS
from tests.warehouse.tokens import tokens_of, without_tokens
from tests.workbooks import submission, write
from warehouse.access.keyring import open_keyring
from warehouse.access.keys import key_id
from warehouse.access.rotation import rotate, sealed_under
from warehouse.installation.home import Home, opened
from warehouse.installation.settings import Misconfigured
from warehouse.release.package import verify
from warehouse.release.publish import make_release

pytestmark = pytest.mark.slow  # processes are killed, homes made anew
TOLD = {"some files replaced", "rebuilt, not committed"}  # run every time
CASES = [
    pytest.param(point, marks=[] if point in TOLD else pytest.mark.thorough, id=point)
    for point in (*POINTS, *OF_TOKENS)
]
NEW = "fedcba9876543210" * 4
Kill = Callable[[Path, str], int]


def fill(folder: Path, url: str | None = None) -> None:
    """Two schools, one of them twice, and a release."""
    write(folder / "inbox/NSH-S007/a.zip", submission(), modified=1_640_000_000)
    write(folder / "inbox/NSH-S008/b.zip", submission("NSH-S008"), modified=1_640_000_001)
    write(folder / "inbox/NSH-S007/again.zip", submission(), modified=1_640_000_003)
    with installation(folder, url) as home:
        assert take(home).verdicts == {"accepted": 2, "duplicate": 1}
        make_release(home, date(2021, 12, 31), COLLECTED)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled") / "home"
    fill(folder)
    return folder


def change(folder: Path, url: str | None = None, *, tokens: bool = False, **environ: str) -> object:
    with opened(settings_for(folder, url, **environ), COLLECTED, write=True, changing_keys=True) as home:
        return rotate(home, tokens=tokens)


def told(folder: Path, url: str | None = None, **environ: str) -> dict[str, object]:
    """Return the state of a home, half-written files left out: they have names that nothing reads."""
    with installation(folder, url, **environ) as home:
        return whole(home)


def whole(home: Home) -> dict[str, object]:
    told = state(home)
    received = told["received"]
    assert isinstance(received, dict)
    return told | {"received": {name: value for name, value in received.items() if not name.endswith(".part")}}


@pytest.mark.parametrize("engine", ENGINES)
def test_everything_opens_as_before_and_nothing_by_the_old_keys(
    request: pytest.FixtureRequest, tmp_path: Path, engine: str
) -> None:
    url = request.getfixturevalue("postgres_database") if engine == "postgresql" else None
    folder = tmp_path / "home"
    fill(folder, url)
    before, old_key = told(folder, url), (folder / "key").read_text()
    old = open_keyring(settings_for(folder, url))
    bodies = {path: path.read_bytes()[HEADER_BYTES:] for path in (folder / "received").glob("??/*")}
    change(folder, url)
    assert told(folder, url) == before
    assert (folder / "key").read_text() != old_key
    assert {path: path.read_bytes()[HEADER_BYTES:] for path in bodies} == bodies
    with installation(folder, url) as home:
        assert home.ring.tokens == bytes.fromhex(KEY)
        counts = sealed_under(home)
        assert set(counts) == {home.ring.storage.current}
        assert counts[home.ring.storage.current] == (len(bodies), 6)
        for path in bodies:
            with pytest.raises(NoSuchKey):
                unseal(path.read_bytes(), b"received:" + path.name.encode(), old.storage)
    (folder / "key").write_text(old_key)
    with pytest.raises(Misconfigured, match="Ключ не подходит"):
        told(folder, url)


@pytest.mark.parametrize("engine", ENGINES)
def test_new_tokens_leave_the_figures_and_nothing_of_the_old_ones(
    request: pytest.FixtureRequest, tmp_path: Path, engine: str
) -> None:
    url = request.getfixturevalue("postgres_url") if engine == "postgresql" else None
    if url:
        from tests.postgres import fresh_database

        database = fresh_database(url)
        url = database.__enter__()
        request.addfinalizer(lambda: database.__exit__(None, None, None))
    folder = tmp_path / "home"
    fill(folder, url)
    before = told(folder, url)
    old = tokens_of(before)
    assert len(old) == 4
    assert found(folder, url, old) == old  # the scan finds what is there
    change(folder, url, tokens=True)
    after = told(folder, url)
    assert not old & tokens_of(after)
    assert len(tokens_of(after)) == len(old)
    assert without_tokens(after) == without_tokens(before)
    assert found(folder, url, tokens_of(after)) == tokens_of(after)
    assert found(folder, url, old) == set()
    (release,) = (folder / "releases").iterdir()
    assert verify(release) == []


def found(folder: Path, url: str | None, tokens: set[str]) -> set[str]:
    """Return the tokens of which some spelling is in a file of the home or of the database."""
    files = [path for path in folder.rglob("*") if path.is_file()] + (tables_of_server(url) if url else [])
    contents = [path.read_bytes() for path in files]
    for path in folder.rglob("*.parquet"):
        import pyarrow.parquet as pq

        contents.append(repr(pq.ParquetFile(path).read().to_pylist()).encode())
    return {token for token in tokens if any(form in content for form in spellings(token) for content in contents)}


def spellings(token: str) -> list[bytes]:
    digits = token.replace("-", "")
    raw = bytes.fromhex(digits)
    return [token.encode(), digits.encode(), raw, raw[::-1], raw[8:][::-1], raw[8:]]


def tables_of_server(url: str) -> list[Path]:
    """Return the files of every table and index of a database, written to the disk by now."""
    import psycopg

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        (root,) = connection.execute("SHOW data_directory").fetchone()  # type: ignore[misc]
        paths = connection.execute(
            "SELECT pg_relation_filepath(oid) FROM pg_class WHERE pg_relation_filepath(oid) IS NOT NULL"
        ).fetchall()
    return [path for (name,) in paths if (path := Path(root) / name).is_file()]


@pytest.fixture(scope="module")
def kill(forked: Forked) -> Kill:
    """Run a change that dies at a point; return its exit code."""
    return lambda home, point: forked.call("tests.warehouse.dying_rotation", home=str(home), point=point)[0]


@pytest.mark.parametrize("point", CASES)
def test_a_killed_change_loses_nothing_and_is_finished_by_the_next(kill: Kill, folder: Path, point: str) -> None:
    before, old_key = told(folder), (folder / "key").read_text()
    assert kill(folder, point) == -signal.SIGKILL
    settings = settings_for(folder)
    if point not in OF_TOKENS:
        assert told(folder) == before
        ring = open_keyring(settings)
        assert ring is not None
        waiting = folder / "key.next"
        if len(ring.masters) == 2:  # either key opens, and opens everything
            for text in {old_key, waiting.read_text() if waiting.exists() else old_key}:
                with installation(folder, NASTAVNIK_KEY=text) as home:
                    assert whole(home) == before
    elif (ring := open_keyring(settings)) is not None and ring.retokening:
        with pytest.raises(Misconfigured, match="keys rotate"), installation(folder):
            pass
        with opened(settings, COLLECTED) as home:  # reading goes on
            assert vault_rows(home) == before["vault"]
    done = change(folder)
    after = told(folder)
    assert without_tokens(after) == without_tokens(before)
    assert (after == before) is (point not in OF_TOKENS)
    ring = open_keyring(settings)
    assert ring is not None
    assert (len(ring.masters), len(ring.storage.by_id), ring.retokening) == (1, 1, False)
    assert done.ring == ring  # type: ignore[attr-defined]
    assert not [path for path in folder.rglob("*") if path.name.endswith((".part", ".fresh", ".next"))]


def test_a_key_of_the_environment_is_changed_by_hand(folder: Path) -> None:
    before, old = told(folder), (folder / "key").read_text().strip()
    (folder / "key").rename(folder.parent / "key")
    done = change(folder, NASTAVNIK_KEY=old, NASTAVNIK_NEW_KEY=NEW)
    assert done.to_set.setting == "NASTAVNIK_KEY"  # type: ignore[attr-defined]
    assert told(folder, NASTAVNIK_KEY=NEW) == before
    with pytest.raises(Misconfigured, match="не подходит"):
        told(folder, NASTAVNIK_KEY=old)
    with pytest.raises(Misconfigured, match="прежний ключ"):
        change(folder, NASTAVNIK_KEY=NEW, NASTAVNIK_NEW_KEY=NEW)
    kept = change(folder, NASTAVNIK_KEY=NEW)  # without another master key the storage key alone is a new one
    assert kept.to_set is None  # type: ignore[attr-defined]
    assert told(folder, NASTAVNIK_KEY=NEW) == before


def test_an_unfinished_change_of_the_environments_key(kill: Kill, folder: Path) -> None:
    """The next key is lost with the file it waited in: neither is data lost, nor is another key taken for it."""
    before = told(folder)
    assert kill(folder, "files done") == -signal.SIGKILL
    waiting = folder / "key.next"
    key = waiting.read_text()
    waiting.unlink()
    with pytest.raises(Misconfigured, match=f"к ключу {key_id(bytes.fromhex(key))}"):
        change(folder)
    with pytest.raises(Misconfigured, match="прервана"):
        change(folder, NASTAVNIK_NEW_KEY=NEW)
    assert told(folder) == before
    change(folder, NASTAVNIK_NEW_KEY=key)
    (folder / "key").write_text(key)
    assert told(folder) == before


def test_figures_that_would_differ_stop_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from warehouse.access.rotation import FiguresChanged
    from warehouse.ingestion import rebuild

    before = told(folder)
    monkeypatch.setattr(rebuild, "record_release", lambda *_: None)
    with pytest.raises(FiguresChanged):
        change(folder, tokens=True)
    monkeypatch.undo()
    with opened(settings_for(folder), COLLECTED) as home:
        assert vault_rows(home) == before["vault"]
    change(folder)
    assert without_tokens(told(folder)) == without_tokens(before)


def test_a_vault_row_in_anothers_place_is_noticed(folder: Path) -> None:
    from expectations.sealing import Damaged
    from warehouse.storage.vault import sealed_rows

    with installation(folder) as home:
        kept = sealed_rows()
        with home.vault.engine.begin() as connection:
            one, other = connection.execute(kept.select().where(kept.c.sheet == "participants")).all()
            connection.execute(
                kept.update()
                .where(kept.c.delivery == one.delivery, kept.c.sheet == one.sheet)
                .values(sealed=other.sealed)
            )
        with pytest.raises(Damaged):
            vault_rows(home)


def test_a_received_file_in_anothers_place_is_noticed(folder: Path) -> None:
    from expectations.sealing import Damaged
    from warehouse.ingestion.rebuild import rebuild

    def spoil(home: Home) -> None:
        one, other = sorted(home.received.paths(), key=lambda path: path.stat().st_size)[-2:]
        one.write_bytes(other.read_bytes())

    with installation(folder) as home:
        before = vault_rows(home)
        spoil(home)
        with pytest.raises(Damaged):
            rebuild(home)
        assert vault_rows(home) == before


def test_storage_keys_alone_open_no_ring() -> None:
    assert "by_id" not in repr(StorageKeys("0", {"0": b"x"}))
