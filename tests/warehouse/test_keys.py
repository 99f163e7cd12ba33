"""Where the master key comes from, and what stops for the want of it."""

from __future__ import annotations

import json
import shlex
import stat
import sys
from pathlib import Path

import pytest

from tests.installations import COLLECTED, installation, take, vault_rows
from tests.workbooks import submission, write
from warehouse.access import keys
from warehouse.access.keyring import Keyring, keyring_path, make_keyring, open_keyring
from warehouse.access.keys import key_id
from warehouse.installation.home import opened
from warehouse.installation.settings import Misconfigured, Settings, read_settings

GOOD = "0123456789abcdef" * 4
BAD = {
    "empty": "",
    "blank": "  \n",
    "short": "0f" * 31,
    "one sign": "aa" * 32,
    "zeros": "00" * 32,
    "no hexadecimal": "z" * 64,
    "odd": GOOD[:-1],
    "a word": "секрет",
}


def printing(text: str, *, code: int = 0, error: str = "") -> str:
    """Return a command line that prints a text."""
    program = f"import sys; sys.stdout.write({text!r}); sys.stderr.write({error!r}); sys.exit({code})"
    return shlex.join([sys.executable, "-c", program])


def settings_of(home: Path, **environ: str) -> Settings:
    return read_settings({"NASTAVNIK_HOME": str(home)} | environ)


def given(home: Path, source: str, key: str) -> Settings:
    """Return the settings of a home whose master key is given in one of the three ways."""
    match source:
        case "file":
            home.mkdir(parents=True, exist_ok=True)
            (home / "key").write_text(key)
            return settings_of(home)
        case "environment":
            return settings_of(home, NASTAVNIK_KEY=key)
        case _:
            return settings_of(home, NASTAVNIK_KEY_COMMAND=printing(key))


def refusal(settings: Settings) -> str:
    """Open an installation that must not open; return what the operator is told."""
    with pytest.raises(Misconfigured) as refused, opened(settings, COLLECTED, write=True):
        pass
    return str(refused.value)


@pytest.mark.parametrize("source", ["file", "environment", "command"])
def test_a_key_that_is_none_stops_before_anything_is_made(tmp_path: Path, source: str) -> None:
    for number, key in enumerate(BAD.values()):
        home = tmp_path / str(number)
        told = refusal(given(home, source, key))
        assert "ключ" in told.casefold()
        assert not key.strip() or key.strip() not in told
        assert {path.name for path in home.iterdir()} <= {"key", "run"}


@pytest.mark.parametrize("source", ["file", "environment", "command"])
def test_a_key_from_anywhere_opens_the_same_ring(tmp_path: Path, source: str) -> None:
    ring = make_keyring(given(tmp_path / "home", source, GOOD + "\n"))
    for other in ("file", "environment", "command"):
        found = open_keyring(given(tmp_path / "home", other, f" {GOOD.upper()} "))
        assert found == ring


FAILING = {
    "it fails": (printing(GOOD, code=7, error=GOOD), "кодом 7"),
    "it prints nothing": (printing("", error=GOOD), "ключ пуст"),
    "it is killed": (shlex.join([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]), "кодом -9"),
    "it is nowhere": ("/nowhere/at/all", "не запускается"),
    "an unbalanced quote": ("echo 'x", "не запускается"),
    "no word": ("", "не запускается"),
    "it hangs": (shlex.join([sys.executable, "-c", "import time; time.sleep(60)"]), "не ответила"),
}


@pytest.mark.parametrize("name", FAILING)
def test_a_command_that_gives_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.setattr(keys, "COMMAND_SECONDS", 1)
    command, word = FAILING[name]
    told = refusal(settings_of(tmp_path, NASTAVNIK_KEY_COMMAND=command))
    assert word in told
    assert GOOD not in told + "".join(capfd.readouterr())


@pytest.mark.parametrize(
    "environ",
    [
        {"NASTAVNIK_KEY": GOOD, "NASTAVNIK_KEY_FILE": "/key"},
        {"NASTAVNIK_KEY": GOOD, "NASTAVNIK_KEY_COMMAND": "true"},
        {"NASTAVNIK_KEY": "", "NASTAVNIK_KEY_COMMAND": ""},
        {"NASTAVNIK_KEY_FILE": "/key", "NASTAVNIK_KEY_COMMAND": "true"},
        {"NASTAVNIK_NEW_KEY": GOOD, "NASTAVNIK_NEW_KEY_COMMAND": "true"},
    ],
)
def test_two_sources_at_once_are_refused(tmp_path: Path, environ: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match="задан дважды") as refused:
        settings_of(tmp_path, **environ)
    assert GOOD not in str(refused.value)


def test_the_key_and_the_ring_are_their_owners_alone(tmp_path: Path) -> None:
    with opened(settings_of(tmp_path / "home"), COLLECTED):
        pass
    for name in ("key", "keyring.json"):
        assert stat.S_IMODE((tmp_path / "home" / name).stat().st_mode) == 0o600


@pytest.fixture
def used(tmp_path: Path) -> Settings:
    """A home that holds data."""
    with opened(settings_of(tmp_path / "home"), COLLECTED, write=True) as home:
        return home.settings


def test_a_wrong_key_does_not_fit(used: Settings) -> None:
    (used.home / "key").write_text(GOOD)
    told = refusal(used)
    assert told.startswith(f"Ключ не подходит: этот — {key_id(bytes.fromhex(GOOD))}")


@pytest.mark.parametrize("lost", [["key"], ["keyring.json"], ["key", "keyring.json"]])
def test_what_is_lost_is_never_made_anew(used: Settings, lost: list[str]) -> None:
    for name in lost:
        (used.home / name).unlink()
    before = {path.name for path in used.home.iterdir()}
    assert "ерните" in refusal(used)
    assert {path.name for path in used.home.iterdir()} == before


@pytest.mark.parametrize("left", ["received", "vault.duckdb"])
def test_a_part_of_an_old_home_is_data_too(used: Settings, left: str) -> None:
    for name in ("keyring.json", "key", "warehouse.duckdb", *({"received", "vault.duckdb"} - {left})):
        path = used.home / name
        path.rename(used.home.parent / name)
    assert "новом доме" in refusal(used)


def test_a_changed_ring_is_noticed(used: Settings) -> None:
    whole = json.loads(keyring_path(used).read_text())
    ((name, sealed),) = whole["sealed"].items()
    spoilt = sealed[:-1] + ("0" if sealed[-1] != "0" else "1")
    for text in ("", "[]", "{}", json.dumps({"sealed": {name: spoilt}}), json.dumps({"sealed": {name: "zz"}})):
        keyring_path(used).write_text(text)
        assert "повреждена" in refusal(used)


def test_a_key_of_another_source_opens_what_a_file_did(tmp_path: Path) -> None:
    """The whole job with the key of a command, and then of the environment."""
    folder = tmp_path / "home"
    write(folder / "inbox/NSH-S007/a.zip", submission())
    make_keyring(given(folder, "command", GOOD))
    with installation(folder, NASTAVNIK_KEY_COMMAND=printing(GOOD)) as home:
        assert take(home).verdicts == {"accepted": 1}
    with installation(folder, NASTAVNIK_KEY=GOOD) as home:
        assert len(vault_rows(home)["personal.participants"]) == 3
    assert not (folder / "key").exists()


def test_nothing_printed_holds_a_key(tmp_path: Path) -> None:
    settings = given(tmp_path, "environment", GOOD)
    ring: Keyring = make_keyring(settings)
    told = repr((settings, ring, settings_of(tmp_path, NASTAVNIK_NEW_KEY=GOOD)))
    every = (bytes.fromhex(GOOD), ring.tokens, *ring.storage.by_id.values())
    assert [key for key in every if key.hex() in told or repr(key) in told] == []
