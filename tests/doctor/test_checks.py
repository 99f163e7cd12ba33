"""Every check of `nastavnik doctor`: well on a good home, told with advice where its trouble is provoked."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from tests.doctor.conftest import NOW
from tests.installations import installation, settings_for
from tests.workbooks import submission, write
from warehouse.access.keyring import keyring_path, open_keyring, write_keyring
from warehouse.access.keys import read_master
from warehouse.doctor import disk, program
from warehouse.doctor.answers import Answer, Level, Look
from warehouse.doctor.checks import CHECKS, examine, worst
from warehouse.doctor.nights import night_within
from warehouse.installation.engine import open_engine
from warehouse.installation.home import opened
from warehouse.installation.settings import Settings
from warehouse.installation.unfinished import UPGRADE, begin
from warehouse.watch.lastnight import note_night


def asked(settings: Settings, *names: str) -> dict[str, Answer]:
    """Ask some checks, or all: to look at every installed package takes a third of a second."""
    chosen = [check for check in CHECKS if check.name in names or not names]
    return {check.name: answer for check, answer in examine(settings, NOW, chosen)}


def sql(settings: Settings, statement: str) -> None:
    engine = open_engine(settings.warehouse_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def spoil_audit(settings: Settings) -> None:
    path = settings.home / "audit.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"action":"backup"', b'"action":"intake"'))


def old_litter(settings: Settings) -> None:
    path = settings.received / ".part"
    path.write_bytes(b"half")
    os.utime(path, (1, 1))


def begin_rotation(settings: Settings) -> None:
    ring = open_keyring(settings)
    assert ring is not None
    write_keyring(settings, ring.renewed(tokens=False), read_master(settings.key))


def put_oddly(settings: Settings) -> None:
    (settings.inbox / "NSH-S007").mkdir()
    (settings.inbox / "NSH-S007" / "a.xlsx").symlink_to("/etc/hostname")
    (settings.inbox / "a name.xlsx").write_bytes(b"x")
    (settings.inbox / "a name" / "inner").mkdir(parents=True)


def wait_long(settings: Settings) -> None:
    write(settings.inbox / "NSH-S007/a.zip", submission(), modified=1_640_000_000)


# check, what is done to the home, level, what is said
TROUBLES: list[tuple[str, Callable[[Settings], object], str, str]] = [
    ("litter", old_litter, "warn", r"received/\.part"),
    ("keys", begin_rotation, "fail", "смена ключей не закончена"),
    ("keys", lambda own: keyring_path(own).write_text("{}"), "fail", "повреждена"),
    ("modes", lambda own: keyring_path(own).chmod(0o644), "fail", r"keyring\.json.*chmod go-rwx"),
    ("modes", lambda own: own.received.chmod(0o755), "fail", "received"),
    ("audit", spoil_audit, "fail", "запись изменена"),
    ("schema", lambda own: sql(own, "DROP TABLE journal.schema_version"), "fail", "nastavnik upgrade"),
    ("schema", lambda own: sql(own, "UPDATE journal.schema_version SET version_num = '9999'"), "fail", "более новой"),
    ("schema", lambda own: sql(own, "ALTER TABLE mentoring.surveys ADD COLUMN mood INTEGER"), "fail", "surveys"),
    ("schema", lambda own: begin(own, UPGRADE), "fail", "Обновление не закончено"),
    ("schema", lambda own: sql(own, "DROP TABLE journal.entries"), "fail", "nastavnik restore"),
    ("reference", lambda own: sql(own, "DELETE FROM mentoring.institutions"), "fail", "reference load"),
    ("reference", lambda own: sql(own, "DELETE FROM mentoring.reporting_dates WHERE as_of > '2027-02-01'"), "warn",
     "календарь отчётности кончается"),
    ("reference", lambda own: sql(own, "DELETE FROM mentoring.targets"), "warn", "целей на будущие даты нет"),
    ("inbox", wait_long, "warn", "ждут файлов: 1"),
    ("inbox", put_oddly, "warn", r"не тронуто: 3 — (?=.*NSH-S007 \(1\))(?=.*вне папок организаций \(2\))(?!.*a name)"),
    ("inbox", lambda own: own.inbox.rmdir(), "fail", "нет папки"),
    ("night", lambda own: note_night(own, NOW - timedelta(hours=27)), "fail", "27 ч назад"),
    ("night", lambda own: (own.run / "night").unlink(), "warn", "ещё не было"),
    ("copies", lambda own: [one.unlink() for one in own.backup.glob("snapshots/*")], "fail", "ни одной целой"),
    ("clock", lambda own: sql(own, "UPDATE journal.entries SET known_at = '2027-02-01'"), "fail",
     r"отстают: .* на 21 дн\. позже"),
]  # fmt: skip


def test_a_good_home_has_nothing_to_tell(settings: Settings) -> None:
    answers = examine(settings, NOW)
    assert {check.name: answer.told for check, answer in answers if answer.level is not Level.OK} == {}
    assert worst(answers) is Level.OK


def test_an_institution_with_two_entries_is_one(settings: Settings) -> None:
    before = asked(settings, "reference")["reference"].told
    entry = "SELECT * REPLACE (DATE '2019-08-31' AS valid_to, DATE '2019-01-01' AS valid_from)"
    sql(settings, f"INSERT INTO mentoring.institutions {entry} FROM mentoring.institutions WHERE code = 'NSH-S007'")
    assert asked(settings, "reference")["reference"].told == before


@pytest.mark.parametrize(("name", "spoil", "level", "told"), TROUBLES, ids=[f"{one[0]}: {one[3]}" for one in TROUBLES])
def test_trouble_is_told_with_advice(settings: Settings, name: str, spoil: Callable, level: str, told: str) -> None:
    spoil(settings)
    answer = asked(settings, name)[name]
    assert answer.level == level
    assert re.search(told, f"{answer.told} {answer.advice}")
    assert answer.advice


def test_every_check_can_tell_of_trouble() -> None:
    elsewhere = {"python", "packages", "zone", "room", "rights"}
    assert {name for name, *_ in TROUBLES} | elsewhere == {check.name for check in CHECKS}


def look(settings: Settings) -> Look:
    return Look(settings, NOW)


def test_a_foreign_zone_is_told(settings: Settings) -> None:
    answer = asked(replace(settings, timezone=ZoneInfo("America/New_York")), "zone")["zone"]
    assert (answer.level, "NASTAVNIK_TIMEZONE" in answer.advice) == ("warn", True)


@pytest.mark.parametrize(
    ("free", "names", "level"), [(10**8, 10**6, "fail"), (10**9, 10**6, "warn"), (10**12, 5, "fail")]
)
def test_a_full_disk_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, free: int, names: int, level: str
) -> None:
    full = SimpleNamespace(f_bavail=free, f_frsize=1, f_files=10**7, f_favail=names)
    monkeypatch.setattr(disk.os, "statvfs", lambda _: full)
    assert disk.room(look(settings)).level == level


def test_another_python_and_other_packages_are_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("duckdb==0.1 \\\n    --hash=sha256:00\nnever-installed==1 \\\n    --hash=sha256:00\n")
    answer = program.packages(look(settings), lock)
    assert (answer.level, "duckdb" in answer.told, "never" in answer.told) == ("fail", True, False)
    assert program.packages(look(settings), tmp_path / "none").level == "warn"
    monkeypatch.setattr(program.sys, "version_info", (3, 9, 1))
    assert program.python(look(settings)).level == "fail"


def test_a_key_beside_the_data_is_told(tmp_path: Path) -> None:
    with installation(tmp_path / "home", at=NOW):
        pass
    answer = asked(settings_for(tmp_path / "home"), "keys")["keys"]
    assert (answer.level, "отдельно" in answer.advice) == ("warn", True)
    assert asked(settings_for(tmp_path / "home"), "copies")["copies"].level == "warn"  # no folder of copies is set


def test_a_home_without_data_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    from warehouse.installation.settings import read_settings

    answers = asked(read_settings({"NASTAVNIK_HOME": str(tmp_path)}))
    assert answers["schema"].told == "данных ещё нет"
    assert list(tmp_path.iterdir()) == []


def test_a_warehouse_at_work_is_not_waited_for(settings: Settings) -> None:
    with opened(settings, NOW, write=True):
        answers = asked(settings, "schema", "keys")
    assert answers["schema"].level == "warn"
    assert "занято" in answers["schema"].told
    assert answers["keys"].level == "ok"


def test_a_night_is_watched_from_outside(settings: Settings) -> None:
    assert night_within(26)(look(settings)).level == "ok"
    assert night_within(8)(look(settings)).level == "fail"
    (settings.run / "night").unlink()
    assert night_within(26)(look(settings)).level == "fail"


def test_an_account_that_may_only_read_is_told(tmp_path: Path, postgres_database: str) -> None:
    with installation(tmp_path / "home", postgres_database, at=NOW) as home, home.writing() as connection:
        connection.exec_driver_sql("CREATE ROLE doctors_reader LOGIN")
        connection.exec_driver_sql("GRANT USAGE ON SCHEMA journal, mentoring TO doctors_reader")
        connection.exec_driver_sql("GRANT SELECT ON ALL TABLES IN SCHEMA journal, mentoring TO doctors_reader")
    url = postgres_database.replace("postgres@", "doctors_reader@", 1)
    assert asked(settings_for(tmp_path / "home", postgres_database), "rights")["rights"].level == "ok"
    answer = asked(settings_for(tmp_path / "home", url), "rights")["rights"]
    assert (answer.level, answer.told) == (
        "fail",
        "учётной записи закрыто: journal.entries, mentoring.deliveries, personal.sealed",
    )
    away = asked(settings_for(tmp_path / "home", "postgresql+psycopg://nobody@127.0.0.1:1/none"), "reference")[
        "reference"
    ]
    assert (away.level, "база не отвечает" in away.told) == ("fail", True)
