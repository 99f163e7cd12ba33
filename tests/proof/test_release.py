"""A release is counted twice before it is frozen; what the engines do not agree on takes no number."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import runner
from tests.installations import installation, moscow, rows
from tests.proof.keys import CHIEF
from tests.warehouse.histories import AS_OF, first_collection
from warehouse.installation.home import Home
from warehouse.proof import Unproved
from warehouse.proof.evidence_files import read_evidence
from warehouse.proof.lake_rows import LakeDamaged
from warehouse.release.package import verify
from warehouse.release.publish import make_release
from warehouse.tables.tables import entries, table

AT = moscow("2022-01-16 09:00")


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of two schools that share their children."""
    folder = tmp_path_factory.mktemp("collected")
    with installation(folder / "home") as home:
        first_collection(home)
    return folder / "home"


@pytest.fixture
def home(collected: Path, tmp_path: Path) -> Iterator[Home]:
    shutil.copytree(collected, tmp_path / "home")
    with installation(tmp_path / "home") as home:
        yield home


def nothing_released(home: Home) -> bool:
    released = list(home.settings.releases.iterdir()) if home.settings.releases.exists() else []
    events = [event for (event,) in rows(home, entries(), "event")]
    return not released and "release" not in events and not rows(home, table("releases"))


def test_a_disagreement_blocks_the_release(home: Home) -> None:
    """One enrolment more in the warehouse than in the lake."""
    with home.writing() as connection:
        enrolment = table("enrolment")
        connection.execute(enrolment.update().values(students=enrolment.c.students + 1))
    with pytest.raises(Unproved) as told:
        make_release(home, AS_OF, AT)
    first, *lines = str(told.value).splitlines()
    assert first == "Выпуск не сделан: хранилище и вторая машина счёта (по файлам озера) разошлись."
    assert lines[0].startswith("mentees_10_19 (1.0), country RU, 2021-12-31: denominator в хранилище ")
    assert lines[-1].startswith("… и ещё ")
    assert nothing_released(home)


def test_a_disagreement_on_breakdowns_alone_blocks_the_release(home: Home) -> None:
    """One form of mentoring is another in the warehouse: no indicator hangs on it."""
    with home.writing() as connection:
        parts = table("participations")
        connection.execute(parts.update().values(form="работодатель – студент"))
    with pytest.raises(Unproved) as told:
        make_release(home, AS_OF, AT)
    lines = str(told.value).splitlines()[1:]
    assert lines[0] == "form/educator_student/pairs (1.0), country RU, 2021-12-31: numerator в хранилище 0, по озеру 3."
    assert all(line.startswith(("form/", "… и ещё ")) for line in lines)
    assert nothing_released(home)


def lost(file: Path) -> None:
    file.unlink()


def flipped(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])


@pytest.mark.parametrize("damage", [lost, flipped])
@pytest.mark.parametrize("name", ["enrolment", "participations", "participants"])
def test_a_damaged_lake_blocks_the_release(home: Home, damage, name: str) -> None:
    damage(next((home.settings.lake / name).rglob("*.parquet")))
    with pytest.raises(LakeDamaged, match=f"Озеро повреждено: {name}/.*nastavnik rebuild"):
        make_release(home, AS_OF, AT)
    assert nothing_released(home)


def test_a_release_tells_its_origin(home: Home) -> None:
    folder = make_release(home, AS_OF, AT)
    assert verify(folder) == []
    origin = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["origin"]
    assert origin["engines"] == ["warehouse", "lake"]
    assert list(origin["definitions"]) == ["1.0"]
    assert origin["reference"].keys() >= {"institutions", "targets", "reporting_dates"}
    assert origin["environment"]["lock"] == "requirements.lock"
    assert all(len(origin[part]["sha256"]) == 64 for part in ("code", "rules", "environment"))
    deliveries = read_evidence(folder).deliveries.to_pylist()
    ledger = rows(home, table("deliveries"), "institution_code", "delivery", "sha256", "verdict")
    assert [(d["institution_code"], d["delivery"], d["sha256"]) for d in deliveries] == [
        row[:3] for row in ledger if row[3].startswith("accepted")
    ]


def test_the_evidence_holds_no_person(home: Home) -> None:
    """Neither a token nor a row of a sheet: people are numbers there."""
    folder = make_release(home, AS_OF, AT)
    tokens = {
        token for name in ("snils_token", "name_token") for (token,) in rows(home, table("participants"), name) if token
    }
    assert tokens
    evidence = read_evidence(folder)
    told = {
        str(value)
        for name in ("people", "amounts", "places", "breakdown_people", "breakdown_amounts")
        for row in getattr(evidence, name).to_pylist()
        for value in row.values()
    }
    assert not told & tokens
    assert evidence.people.column_names == ["as_of", "source", "pattern", "institution_code", "measures", "people"]


def test_from_release_to_a_verified_signature(collected: Path, tmp_path: Path) -> None:
    """As it is done: release, key, signature; then verified where there is no installation."""
    shutil.copytree(collected, tmp_path / "home")
    run = runner(tmp_path / "home")
    folder = Path(run("release", "--as-of", AS_OF).stdout.splitlines()[-1])
    made = run("sign", "--new-key", tmp_path / "chief.key", NASTAVNIK_SIGN_PASSPHRASE="фраза")
    assert made.exit_code == 0
    signed = run("sign", folder, "--key", tmp_path / "chief.key", "--role", CHIEF, NASTAVNIK_SIGN_PASSPHRASE="фраза")
    assert (signed.exit_code, signed.stdout.startswith(f"Подписано: {CHIEF}, ")) == (0, True)
    elsewhere = shutil.copytree(folder, tmp_path / "elsewhere")
    away = runner(tmp_path / "no home")
    proved = away("verify", elsewhere, "--require-signature", "--key", tmp_path / "chief.key.pub")
    assert proved.exit_code == 0
    assert proved.stdout.splitlines()[-1] == "Выпуск доказан: файлы целы, согласны, показатели пересчитаны."
    assert not (tmp_path / "no home").exists()
    (elsewhere / "signature.json").unlink()
    refused = away("verify", elsewhere, "--require-signature")
    assert (refused.exit_code, refused.stdout) == (3, "Выпуск не доказан.\n")


def test_the_command_tells_why_there_is_no_release(collected: Path, tmp_path: Path) -> None:
    shutil.copytree(collected, tmp_path / "home")
    lost(next((tmp_path / "home/lake/pairs").rglob("*.parquet")))
    result = runner(tmp_path / "home")("release", "--as-of", AS_OF)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith("Озеро повреждено: pairs/")


def test_an_unproved_release_is_not_signed(collected: Path, tmp_path: Path) -> None:
    shutil.copytree(collected, tmp_path / "home")
    run = runner(tmp_path / "home")
    folder = Path(run("release", "--as-of", AS_OF).stdout.splitlines()[-1])
    run("sign", "--new-key", tmp_path / "key")
    (folder / "kpi.csv").write_bytes((folder / "kpi.csv").read_bytes() + b"\n")
    result = run("sign", folder, "--key", tmp_path / "key", "--role", CHIEF)
    assert (result.exit_code, (folder / "signature.json").exists()) == (3, False)
    assert result.stderr.endswith("Выпуск не доказан и потому не подписан.\n")
    lacks = run("sign", folder)
    assert (lacks.exit_code, lacks.stderr) == (2, "Нужны папка выпуска, --key и --role; или --new-key.\n")
