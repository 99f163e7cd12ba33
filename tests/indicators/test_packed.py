"""The packed lake: counted date by date, whole, by hand and by Spark, the figures are the same."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from flows.cli.root import cli
from tests.installations import figures, installation, take
from tests.workbooks import submission, write
from warehouse.indicators.large import everything, series_of
from warehouse.indicators.series import series
from warehouse.installation.settings import Misconfigured
from warehouse.journal.ledger import in_force
from warehouse.release.contents import KEY
from warehouse.storage.loading import fetch
from warehouse.storage.packed import Packed, packed
from warehouse.storage.packing import pack
from warehouse.synthetic.country import DAYS, Country, write_country, write_late
from warehouse.tables.tables import table

SMALL = Country(institutions=90, participations=9000)
ROOT = Path(__file__).parents[2]
SPARK = ROOT / ".venv-spark/bin"
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=256m"
STARTING = 300  # seconds, on cores that other tests share


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("country") / "lake"
    write_country(folder, SMALL)
    return folder


@pytest.fixture
def country(lake: Path) -> Iterator[Packed]:
    with packed(lake) as opened:
        yield opened


def in_key_order(dated: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(dated).sort_by([(name, "ascending") for name in KEY])


def test_dates_one_by_one_are_the_series(country: Packed) -> None:
    seq = everything(country)
    whole = series(country.connection, seq)
    dated = list(series_of(country, seq))
    assert [day for day, _ in dated] == list(DAYS)
    assert in_key_order([rows for _, rows in dated]) == whole.sort_by([(name, "ascending") for name in KEY])


def test_people_of_the_country_are_counted_once(country: Packed) -> None:
    """By hand: whoever has a СНИЛС is that person, whoever has none the only one who bears the name, or nobody else."""
    day, seq = date(2023, 12, 31), everything(country)
    told = fetch(country.connection, sa.select(table("participants"))).to_pandas()
    now = in_force(seq)
    accepted = fetch(country.connection, sa.select(table("deliveries"))).to_pandas()
    gone = set(fetch(country.connection, sa.select(table("withdrawals").c.delivery))["delivery"].to_pylist())
    heard = told[told.delivery.isin(accepted[accepted.verdict == "accepted"].delivery) & ~told.delivery.isin(gone)]
    bearers = heard.dropna(subset="snils_token").groupby("name_token").snils_token.unique()
    rows, register = table("participations"), table("institutions")
    joined = rows.join(now, now.c.delivery == rows.c.delivery).join(register, register.c.code == now.c.institution_code)
    open_then = sa.or_(register.c.valid_to.is_(None), register.c.valid_to >= day)
    statement = sa.select(rows, register.c.kind).select_from(joined).where(now.c.as_of == day, open_then)
    found = fetch(country.connection, statement).to_pandas()
    ended = pd.to_datetime(found.ended_on)
    students = found[(found.category == "обучающийся") & (ended.isna() | (ended >= f"{day.year}-01-01"))]

    def person(row: pd.Series) -> str:
        owners = bearers.get(row.name_token, [])
        return row.snils_token if pd.notna(row.snils_token) else owners[0] if len(owners) == 1 else row.name_token

    people = students.assign(person=students.apply(person, axis=1))
    by_hand = {
        "students_involved": people.groupby("kind").person.nunique().sum(),
        "students_involved_distinct": people.person.nunique(),
    }
    counted = series(country.connection, seq, day, indicators=tuple(by_hand)).to_pylist()
    told_of = {row["indicator"]: int(row["numerator"]) for row in counted if row["scope_type"] == "country"}
    assert told_of == by_hand
    everywhere = sum(int(row["numerator"] or 0) for row in counted if row["scope_type"] == "institution")
    assert everywhere > by_hand["students_involved"] > by_hand["students_involved_distinct"] > 100


def test_late_deliveries_come_into_force(lake: Path, tmp_path: Path) -> None:
    with packed(lake) as before:
        was = dict(series_of(before, everything(before)))
    corrected = tmp_path / "lake"
    shutil.copytree(lake, corrected)
    seq = write_late(corrected, SMALL, deliveries=5)
    with packed(corrected) as after:
        assert everything(after) == seq
        now = dict(series_of(after, seq))
    assert [day for day in DAYS if now[day] != was[day]] == [DAYS[-1]]


def test_a_packed_warehouse_gives_its_own_figures(tmp_path: Path) -> None:
    with installation(tmp_path / "home") as home:
        write(home.settings.inbox / "NSH-S007/a.xlsx", submission())
        write(home.settings.inbox / "NSH-S008/a.xlsx", submission("NSH-S008"))
        take(home)
        expected = figures(home)
        with home.reading() as connection:
            pack(connection, tmp_path / "lake", home.ring.tokens)
            tokens = fetch(connection, sa.select(table("participants").c.name_token)).to_pydict()["name_token"]
            with pytest.raises(Misconfigured):
                pack(connection, home.settings.inbox, home.ring.tokens)
    with packed(tmp_path / "lake") as opened:
        assert in_key_order([rows for _, rows in series_of(opened, everything(opened))]) == expected
        others = fetch(opened.connection, sa.select(table("participants").c.name_token)).to_pydict()["name_token"]
    assert not {str(one) for one in tokens} & {str(one) for one in others}


def test_the_command_says_what_is_missing_for_spark(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyspark", None)
    monkeypatch.setitem(__import__("sys").modules, "pyspark.sql", None)
    result = CliRunner().invoke(cli, ["lake", "kpi", str(lake), "--spark", "local"])
    assert result.exit_code == 2 and "make spark" in result.output


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[str]:
    """A standalone master with workers of one core each, all on the loopback."""
    launcher = next((SPARK.parent / "lib").glob("python*/site-packages/pyspark/bin/spark-class"))
    log, processes = folder / "master.log", []

    def start(name: str, *arguments: str) -> None:
        command = [str(launcher), f"org.apache.spark.deploy.{name}", "--host", "127.0.0.1", *arguments]
        with (folder / f"{name.split('.')[0]}.log").open("a") as out:
            environ = os.environ | {"JAVA_TOOL_OPTIONS": QUICK}
            processes.append(subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=folder, env=environ))

    try:
        start("master.Master", "--port", "0", "--webui-port", "0")
        address, deadline = "", time.monotonic() + STARTING
        while not address:
            assert time.monotonic() < deadline and processes[0].poll() is None
            time.sleep(0.2)
            said = log.read_text().split("Starting Spark master at ")
            address = said[1].split()[0] if len(said) > 1 else ""
        for _ in range(workers):
            start("worker.Worker", address, "--cores", "1", "--memory", "1g", "--webui-port", "0")
        while log.read_text().count("Registering worker") < workers:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        yield address
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)


def spark_at(master: str, lake: Path, seconds: int, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [str(SPARK / "nastavnik"), "lake", "kpi", str(lake), "--spark", master]
    return subprocess.run(command, env=os.environ | environ, capture_output=True, text=True, timeout=seconds)


with_spark = pytest.mark.skipif(
    not (SPARK / "nastavnik").exists() or shutil.which("java") is None, reason="needs Java 17 and make spark"
)


@pytest.mark.slow
@pytest.mark.thorough  # a minute: only `make cluster` asks for it
@with_spark
def test_spark_gives_the_same_figures(tmp_path: Path, lake: Path) -> None:
    with cluster(tmp_path) as master:
        by_spark = spark_at(master, lake, 2 * STARTING)
    assert by_spark.returncode == 0, by_spark.stderr[-2000:]
    by_duckdb = CliRunner().invoke(cli, ["lake", "kpi", str(lake)]).output
    assert by_duckdb.count("\n") > 9_000
    assert by_spark.stdout == by_duckdb


@pytest.mark.slow
@with_spark
@pytest.mark.parametrize(
    ("master", "environ", "told"),
    [
        ("spark://127.0.0.1:1", {}, "не отвечает"),
        ("local", {"JAVA_HOME": "/nowhere"}, "Java 17"),
        ("nowhere", {}, "не адрес Spark"),
    ],
)
def test_what_spark_lacks_is_told(lake: Path, master: str, environ: dict[str, str], told: str) -> None:
    failed = spark_at(master, lake, STARTING, **environ)
    assert failed.returncode == 2 and told in failed.stderr
    assert "Traceback" not in failed.stderr and not failed.stdout
