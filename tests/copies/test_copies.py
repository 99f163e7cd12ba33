"""Backups: an empty machine gets back all there was, to the byte; nothing plain, nothing twice, nothing damaged."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.canaries import search
from tests.erasure import world
from tests.installations import COLLECTED, ENGINES, KEY, installation, rows, settings_for, state
from tests.postgres import fresh_database
from tests.workbooks import submission, write
from warehouse.access.keyring import keyring_path
from warehouse.access.rotation import rotate
from warehouse.copies import backup as copying
from warehouse.copies import restore as restoring
from warehouse.copies.backup import backup
from warehouse.copies.folder import CopiesFolder, CopyDamaged
from warehouse.copies.restore import restore
from warehouse.copies.verifying import verify_copies
from warehouse.disclosure.publish import make_publication
from warehouse.erasure.erase import erase, wanted_row
from warehouse.ingestion.intake import run_intake
from warehouse.installation.home import opened
from warehouse.installation.settings import Misconfigured, Settings, read_settings
from warehouse.journal.journal import RECEIVED, Journal, known_by
from warehouse.storage.received import received_path
from warehouse.tables.tables import table

LATER = COLLECTED + timedelta(days=1)
MASTER = "fedcba9876543210" * 4
pytestmark = pytest.mark.slow
# The folder is the same whatever the engine; what is told apart runs on one of them.
ON_A_FILE = pytest.mark.parametrize("settings", ["duckdb"], indirect=True)
ON_A_SERVER = pytest.mark.parametrize("settings", ["postgresql"], indirect=True)


def own(folder: Path, url: str | None = None) -> Settings:
    """Settings of a home whose master key is of the environment: on another machine there is the same."""
    return settings_for(folder, url, NASTAVNIK_KEY=MASTER)


def bare(folder: Path, url: str | None = None, key: str = MASTER) -> Settings:
    """Settings of an empty machine."""
    environ = {"NASTAVNIK_HOME": str(folder), "NASTAVNIK_KEY": key, "NASTAVNIK_SETTLE_SECONDS": "0"}
    return read_settings(environ | ({"NASTAVNIK_WAREHOUSE_URL": url} if url else {}))


def whole(settings: Settings) -> dict[str, object]:
    """Return the state; the inbox is the senders' own, and is not copied."""
    with opened(settings, COLLECTED, write=True) as home:
        told = state(home)
    received = {name: value for name, value in told["received"].items() if not name.startswith(".")}  # type: ignore[attr-defined]
    return told | {"inbox": None, "received": received}


@pytest.fixture(scope="module", params=ENGINES)
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Nine deliveries of a person to be looked for, a release, a public package; files with names beside them."""
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    folder = tmp_path_factory.mktemp("world") / "home"
    made = own(folder, url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world, "installation", lambda where, url: installation(where, url, NASTAVNIK_KEY=MASTER))
        world.fill(folder, url)
    with opened(made, COLLECTED, write=True) as home:
        make_publication(home, "2021-12-31-1", COLLECTED)
    return made


@pytest.fixture
def another(settings: Settings, request: pytest.FixtureRequest) -> Iterator[str | None]:
    """URL of an empty database on the other machine, of the same engine."""
    if settings.embedded:
        yield None
        return
    with fresh_database(request.getfixturevalue("postgres_url")) as url:
        yield url


@pytest.fixture(scope="module")
def copies(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> CopiesFolder:
    folder = tmp_path_factory.mktemp("copies") / "копии"
    assert backup(settings, folder, COLLECTED).lost == []
    return CopiesFolder(folder)


@pytest.fixture
def spoilt(copies: CopiesFolder, tmp_path: Path) -> CopiesFolder:
    """A copy of the copies, to be damaged."""
    return CopiesFolder(Path(shutil.copytree(copies.folder, tmp_path / "spoilt")))


def test_a_backup_is_noted_though_a_damaged_one_keeps_others_from_being_removed(
    settings: Settings, spoilt: CopiesFolder
) -> None:
    (spoilt.folder / f"snapshots/{spoilt.names()[0]}.json").write_bytes(b"{}")
    with pytest.raises(CopyDamaged):
        backup(settings, spoilt.folder, COLLECTED + timedelta(days=1), keep_days=30)
    assert spoilt.names()[-1] in (settings.home / "audit.jsonl").read_text().splitlines()[-1]


def test_an_empty_machine_gets_everything_back_on_the_other_engine(
    settings: Settings, copies: CopiesFolder, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("another_database") if settings.embedded else None
    there = bare(tmp_path / "home", url)
    restored = restore(there, copies, LATER)
    assert (restored.rebuilt.deliveries, restored.rebuilt.releases, restored.differing) == (9, 1, [])
    assert whole(there) == whole(settings)
    assert _names(there.public) == _names(settings.public) != set()
    assert (there.home / "audit.jsonl").read_bytes().startswith((settings.home / "audit.jsonl").read_bytes()[:400])


def _names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@ON_A_FILE
def test_nothing_of_anybody_is_in_it(settings: Settings, copies: CopiesFolder) -> None:
    """Forms, templates and a queue with the person's name lie in the home, and stay there."""
    found = search((*world.WORDS, *world.OTHERS, MASTER, KEY))
    found.folder(copies.folder)
    assert found.found == set()
    found.folder(settings.home / "forms")
    assert found.found != set()  # the search does see


@ON_A_FILE
def test_a_second_backup_copies_only_what_is_new(settings: Settings, copies: CopiesFolder, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(copies.folder, tmp_path / "copies"))
    before = {path.name for path in folder.glob("objects/??/*")}
    made = backup(settings, folder, LATER)
    added = {path.name for path in folder.glob("objects/??/*")} - before
    sealed = {piece.sha256 for piece in made.snapshot.tables.values()}  # each time under a key of its own
    assert added - sealed <= {made.snapshot.files["audit.jsonl"].sha256}
    assert verify_copies(CopiesFolder(folder)) == []


@ON_A_FILE
def test_old_backups_are_removed_the_last_never(settings: Settings, copies: CopiesFolder, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(copies.folder, tmp_path / "copies"))
    first = CopiesFolder(folder).names()
    made = backup(settings, folder, COLLECTED + timedelta(days=40), keep_days=30)
    assert made.pruned == first
    assert CopiesFolder(folder).names() == [made.snapshot.name]
    assert {path.name for path in folder.glob("objects/??/*")} == {piece.sha256 for piece in made.snapshot.pieces}
    assert CopiesFolder(folder).prune(COLLECTED + timedelta(days=400), 30) == []


@ON_A_SERVER
def test_a_backup_does_not_wait_for_an_intake_on_a_server(settings: Settings, tmp_path: Path) -> None:
    with (
        contextlib.suppress(InterruptedError),
        opened(settings, LATER, write=True) as home,
        home.writing() as connection,
    ):
        known, journal = known_by(connection, None), Journal(connection)
        journal.add(RECEIVED, "NSH-S003", LATER, sha256="0" * 64, size=1)
        journal.write()
        assert backup(settings, tmp_path / "copies", LATER).snapshot.seq == known
        raise InterruptedError


@ON_A_FILE
@pytest.mark.parametrize("part", ["object", "list", "gone", "torn"])
def test_a_damaged_backup_is_refused_and_nothing_is_touched(
    settings: Settings, spoilt: CopiesFolder, tmp_path: Path, part: str
) -> None:
    piece = next(iter(spoilt.read(spoilt.names()[0]).files.values()))
    path = spoilt.folder / "objects" / piece.sha256[:2] / piece.sha256
    listed = next(spoilt.folder.glob("snapshots/*.json"))
    match part:
        case "object":
            path.write_bytes(path.read_bytes()[:-1] + b"\0")
        case "gone":
            path.unlink()
        case "torn":
            listed.write_bytes(listed.read_bytes()[:-40])
        case "list":
            listed.write_bytes(listed.read_bytes().replace(b'"seq": ', b'"seq": 1', 1))
    assert verify_copies(spoilt) != []
    with pytest.raises(CopyDamaged, match=r"повреждена|не цела|изменена"):
        restore(bare(tmp_path / "home"), spoilt, LATER)
    assert not (tmp_path / "home").exists()


@ON_A_FILE
def test_another_key_is_told_before_anything(settings: Settings, copies: CopiesFolder, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="а копию открывает"):
        restore(bare(tmp_path / "home", key="0123456789abcdef" * 4), copies, LATER)
    assert not (tmp_path / "home").exists()


def test_a_home_with_anything_in_it_is_left_alone(settings: Settings, copies: CopiesFolder) -> None:
    before = whole(settings)
    with pytest.raises(Misconfigured, match="не пуста"):
        restore(settings, copies, LATER)
    assert whole(settings) == before


@ON_A_SERVER
def test_a_database_with_anything_in_it_is_left_alone(settings: Settings, copies: CopiesFolder, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="База данных не пуста"):
        restore(bare(tmp_path / "home", settings.warehouse_url), copies, LATER)


def test_a_restore_that_was_killed_is_completed_by_the_same_command(
    settings: Settings, copies: CopiesFolder, another: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = bare(tmp_path / "home", another)
    for step in ("_place", "write_journal", "rebuild"):
        with monkeypatch.context() as patch:
            patch.setattr(restoring, step, _dies)
            with pytest.raises(KeyboardInterrupt):
                restore(there, copies, LATER)
        with pytest.raises(Misconfigured, match="Восстановление из копии не закончено"), opened(there, LATER):
            pass
    with pytest.raises(Misconfigured, match="не закончено другое"):
        restore(there, copies, LATER, until=1)
    restore(there, copies, LATER)
    assert whole(there) == whole(settings)


def _dies(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@ON_A_FILE
def test_a_point_in_time_is_the_journal_cut(settings: Settings, copies: CopiesFolder, tmp_path: Path) -> None:
    before_the_release = copies.read(copies.names()[0]).seq - 2
    there = bare(tmp_path / "home")
    restored = restore(there, copies, LATER, until=before_the_release)
    assert (restored.rebuilt.deliveries, restored.rebuilt.releases) == (9, 0)
    assert list(there.releases.glob("*")) == list(there.public.glob("*")) == []
    half = bare(tmp_path / "half")
    assert restore(half, copies, LATER, until=COLLECTED - timedelta(days=1)).rebuilt.deliveries == 0
    assert list(half.receipts.glob("*/*")) == list(half.received.glob("??/*"))[6:] == []


@ON_A_FILE
def test_what_was_destroyed_does_not_come_back(settings: Settings, tmp_path: Path) -> None:
    here, folder = own(Path(shutil.copytree(settings.home, tmp_path / "here"))), tmp_path / "copies"
    with opened(here, LATER, write=True) as home:
        with home.reading() as connection:
            known = known_by(connection, None)
        assert erase(home, wanted_row(*world.place_of(home)), "request", "clerk", LATER)
    backup(here, folder, LATER)
    there = bare(tmp_path / "there")
    restore(there, CopiesFolder(folder), LATER, until=known)
    with opened(there, LATER, write=True) as home:
        assert world.looked_for(home, world.WORDS[:2]).found == set()


def test_keys_changed_meanwhile_begin_the_copy_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = own(tmp_path / "here")
    write(here.inbox / "NSH-S007/a.zip", submission())
    with opened(here, COLLECTED, write=True) as home:
        run_intake(home, COLLECTED)
    calls, real = [], copying.files_of

    def files(settings: Settings, known: object) -> Iterator[str]:
        if not calls:
            calls.append(1)
            with opened(settings, LATER, write=True, changing_keys=True) as home:
                rotate(home)
        return real(settings, known)  # type: ignore[arg-type]

    monkeypatch.setattr(copying, "files_of", files)
    made = backup(here, tmp_path / "copies", LATER)
    assert made.snapshot.masters == list(json.loads(keyring_path(here).read_text())["sealed"])
    there = bare(tmp_path / "there")
    restore(there, CopiesFolder(tmp_path / "copies"), LATER)
    assert whole(there)["warehouse"] == whole(here)["warehouse"]


def test_a_received_file_that_is_lost_is_told(tmp_path: Path) -> None:
    here = own(tmp_path / "here")
    write(here.inbox / "NSH-S007/a.zip", submission())
    with opened(here, COLLECTED, write=True) as home:
        run_intake(home, COLLECTED)
        ((lost,),) = rows(home, table("deliveries"), "sha256")
        received_path(home.settings.received, lost).unlink()
    assert backup(here, tmp_path / "copies", LATER).lost == [lost]


def test_a_folder_inside_the_home_is_refused(tmp_path: Path) -> None:
    here = own(tmp_path)
    with pytest.raises(Misconfigured, match="пропадёт вместе с ней"):
        backup(here, tmp_path / "copies", LATER)
    with pytest.raises(Misconfigured, match="Копировать нечего"):
        backup(bare(tmp_path / "none"), tmp_path.parent / "copies", LATER)
