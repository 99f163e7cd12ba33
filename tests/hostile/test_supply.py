"""What we are made of: everything pinned and hashed, nothing that runs by itself, nobody told, no file read by SQL."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa

from deployments.supply import ROOT, bill, pinned, unowned
from expectations.staging import Staging
from flows.serving import QUIET
from tests.hostile.night import Place, may_unshare, run
from tests.installations import installation
from warehouse.installation.engine import open_engine, raw

UV = Path(sys.executable).with_name("uv")


@pytest.mark.parametrize("lock", sorted(ROOT.glob("*.lock")), ids=lambda lock: lock.name)
def test_every_dependency_is_pinned_with_hashes(lock: Path) -> None:
    assert len(pinned(lock)) > (100 if lock.name == "requirements.lock" else 0)
    assert not re.search(r"(https?|file)://|^-e|git\+", lock.read_text(), re.MULTILINE)


@pytest.mark.parametrize("line", ["requests>=2", "requests", "./a.whl", "a @ https://example.org/a.whl", "a==1\n"])
def test_a_lock_that_pins_less_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.lock").write_text(f"{line}\n")
    with pytest.raises(ValueError, match=r"not pinned|without a hash"):
        pinned(tmp_path / "a.lock")


def test_nothing_runs_at_every_start_that_no_package_brought() -> None:
    assert list(unowned()) == []


@pytest.mark.parametrize("name", ["zz.pth", "sitecustomize.py", "usercustomize.py", "a-nspkg.pth"])
def test_a_starter_from_nowhere_is_found(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("import os")
    assert list(unowned([str(tmp_path)])) == [tmp_path / name]


def test_a_starter_changed_after_it_was_installed_is_found(tmp_path: Path) -> None:
    hashed = base64.urlsafe_b64encode(hashlib.sha256(b"import a").digest()).rstrip(b"=").decode()
    info = tmp_path / "a-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: a\nVersion: 1\n")
    (info / "RECORD").write_text(f"a.pth,sha256={hashed},8\n")
    (tmp_path / "a.pth").write_bytes(b"import a")
    assert list(unowned([str(tmp_path)])) == []
    (tmp_path / "a.pth").write_bytes(b"import b")
    assert list(unowned([str(tmp_path)])) == [tmp_path / "a.pth"]


def test_the_bill_names_what_is_installed_and_is_the_same_each_time() -> None:
    made = json.loads(json.dumps(bill()))
    assert made == bill() and (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    parts = {one["name"]: one["version"] for one in made["components"]}
    assert parts["duckdb"] == duckdb.__version__ and len(parts) == len(made["components"]) > 100
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", made["serialNumber"])


def wheel(folder: Path, code: str = "x = 1\n") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "nobodys-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("nobodys.py", code)
        file.writestr("nobodys-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: nobodys\nVersion: 1.0\n")
        file.writestr("nobodys-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr("nobodys-1.0.dist-info/RECORD", "nobodys.py,,\n")
    return path


def installed(folder: Path, lock: Path) -> subprocess.CompletedProcess[str]:
    """Install as the Makefile does, offline, from a folder of wheels."""
    words = re.search(r"^WHEELS := (.*?)\s+#", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert words and "$(INSTALL) --require-hashes $(WHEELS)" in (ROOT / "Makefile").read_text()
    return subprocess.run(
        [UV, "pip", "install", "--offline", "--no-cache", "--no-index", "--find-links", folder, "--target", folder / "to",
         "--python", sys.executable, "--require-hashes", *words[1].split(), "-r", lock],
        capture_output=True, text=True, check=False, env=os.environ | {"UV_PYTHON_DOWNLOADS": "never"},
    )  # fmt: skip


def test_a_tampered_wheel_and_a_source_distribution_are_not_installed(tmp_path: Path) -> None:
    good = hashlib.sha256(wheel(tmp_path / "good").read_bytes()).hexdigest()
    lock = tmp_path / "a.lock"
    lock.write_text(f"nobodys==1.0 --hash=sha256:{good}\n")
    assert installed(tmp_path / "good", lock).returncode == 0
    wheel(tmp_path / "bad", "import os\n")
    refused = installed(tmp_path / "bad", lock)
    assert refused.returncode != 0 and "ash" in refused.stderr and not (tmp_path / "bad/to/nobodys.py").exists()
    (tmp_path / "source").mkdir()
    (tmp_path / "source/nobodys-1.0.tar.gz").write_bytes(b"anything")
    assert installed(tmp_path / "source", lock).returncode != 0


def settings_of(connection: object) -> dict[str, str]:
    named = "enable_external_access autoinstall_known_extensions autoload_known_extensions".split()
    query = f"SELECT name, value FROM duckdb_settings() WHERE name IN {tuple(named)}"
    return dict(connection.execute(query).fetchall())  # type: ignore[attr-defined]


SHUT = dict.fromkeys("enable_external_access autoinstall_known_extensions autoload_known_extensions".split(), "false")


def test_no_database_of_ours_reads_a_file_or_installs_an_extension(tmp_path: Path) -> None:
    with installation(tmp_path / "home") as home:
        home.vault.engine.connect().close()
        engines = [home.engine, home.vault.engine, open_engine("duckdb:///:memory:")]
        for engine in engines:
            with engine.connect() as connection:
                assert settings_of(raw(connection)) == SHUT
                with pytest.raises(sa.exc.DBAPIError):
                    connection.execute(sa.text("SELECT * FROM read_text('/etc/hostname')"))
    with Staging() as staging:
        assert settings_of(staging.sql) == SHUT


def test_every_place_that_opens_a_duckdb_shuts_it() -> None:
    """The few direct connections stand where they are known: another one is to be shut as these are, and named here."""
    opening = re.compile(r"duckdb\.connect\(.*|create_engine\(.*")
    found = {
        f"{path.relative_to(ROOT)}": opening.findall(path.read_text())
        for package in ("expectations", "warehouse", "flows")
        for path in sorted((ROOT / package).rglob("*.py"))
        if opening.search(path.read_text())
    }
    direct = {name: [line for line in lines if line.startswith("duckdb.connect")] for name, lines in found.items()}
    assert all("DUCKDB_SAFE" in line for lines in direct.values() for line in lines)
    assert {name for name, lines in direct.items() if len(lines) < len(found[name])} == {
        "expectations/staging.py", "warehouse/installation/engine.py", "warehouse/storage/packed.py",
    }  # fmt: skip


def test_nobody_is_told_what_we_do() -> None:
    """Every dependency that would: Great Expectations (PostHog), Prefect (Amplitude), and whoever heeds DO_NOT_TRACK."""
    import expectations.suites  # noqa: F401 — it is the import that forbids

    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
    assert {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}.items() <= QUIET.items()


@pytest.mark.slow
@pytest.mark.skipif(not may_unshare(), reason="no network namespace of one's own: unshare -rn is not permitted")
def test_a_town_without_a_network_is_the_same_town_and_calls_nobody(tmp_path: Path) -> None:
    """The demonstration's own steps on three schools and one date: outside, and where there is no network at all."""
    outside, inside = Place(tmp_path / "outside"), Place(tmp_path / "inside")
    subprocess.run(
        [sys.executable, "-c", TOWN_STEPS], check=True, cwd=outside.elsewhere[2],
        env=outside.environment() | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    done = run(inside, "-c", TOWN_STEPS, program=Path(sys.executable), PYTHONPATH=str(ROOT))
    assert (done.code, done.err, done.reached) == (0, "", [])
    packages = [sorted((place.home / "releases").glob("*/*.csv")) for place in (outside, inside)]
    assert packages[0] and [path.name for path in packages[0]] == [path.name for path in packages[1]]
    assert [path.read_bytes() for path in packages[0]] == [path.read_bytes() for path in packages[1]]


TOWN_STEPS = """
from dataclasses import replace
from warehouse.synthetic.demo import TOWN, demonstration, go_through, make_world, prepare_home, write_deliveries
from warehouse.installation.settings import read_settings
settings = prepare_home(read_settings(), fresh=True)
town = make_world(TOWN, 1, settings.run / "reference")
few = town.setting.only([town.setting.dates[0].as_of])
world = replace(town, setting=replace(few, institutions=few.institutions[:3]))
waves = write_deliveries(settings, world, 1, lambda files: None)
with demonstration(settings, world, waves) as home:
    list(go_through(home, waves))
"""
