"""The series on Apache Spark: the warehouse's own statements, translated, over the files of a packed lake.

What is as small as the ledger (dates, decisions of the clerk) is asked of DuckDB over the same files; every count is
made by Spark. `pyspark` and `sqlglot` are no dependencies of ours: `make spark` brings them (docs/engineers/scale.md).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from warehouse.indicators.counts import Statement
from warehouse.indicators.definitions import by_version, definitions
from warehouse.indicators.identity import people_known
from warehouse.indicators.knowledge import Knowledge
from warehouse.indicators.scopes import roster
from warehouse.indicators.series import figures_over, in_order, reporting_dates
from warehouse.indicators.to_spark import translated, view
from warehouse.installation.settings import Misconfigured
from warehouse.storage.packed import Packed, files_of, packed_tables

A_CORE = 2  # parts of a shuffle for each core: what one core does last, another need not wait for
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # an overflow is an error, not a wrong figure
    # Statements of dozens of steps: planning them anew after each stage costs minutes, describing them too.
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.maxPlanStringLength": "1000",
}
ANSWER_SECONDS = 10.0  # for a master to be there at all; Spark itself would wait for minutes
ABSENT = "Spark не установлен: выполните make spark и запустите .venv-spark/bin/nastavnik (нужна Java 17)."
WITHOUT_JAVA = "Для Spark нужна Java 17: команды java нет. Установите её или укажите папку в JAVA_HOME."
FORMS = ("local", "spark://", "yarn", "k8s://")
UNKNOWN = "«{}» — не адрес Spark. Напишите local[*] или spark://машина:7077."
SILENT = "Spark по адресу {} не отвечает. Проверьте адрес и запущен ли мастер."
BROKEN_OFF = (
    "Spark не досчитал ({}). Озеро должно лежать под тем же путём на каждой машине, нужна Java 17. "
    "Подробности — в журналах Spark."
)


@contextlib.contextmanager
def session(master: str) -> Iterator[Any]:
    """Open a Spark session on a master (`local[*]`, `spark://host:7077`); its failures are told without rows."""
    try:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise Misconfigured(ABSENT) from None
    _require(master)
    try:
        spark = SparkSession.builder.master(master).appName("nastavnik").config(map=SETTINGS).getOrCreate()
        try:
            spark.sparkContext.setLogLevel("ERROR")
            # Spark's own 200 cost a small cluster more than the work itself.
            spark.conf.set("spark.sql.shuffle.partitions", spark.sparkContext.defaultParallelism * A_CORE)
            yield spark
        finally:
            spark.stop()
    except PySparkException as error:
        raise Misconfigured(BROKEN_OFF.format(error.getCondition())) from None
    except Py4JError as error:
        raise Misconfigured(BROKEN_OFF.format(type(error).__name__)) from None


def _require(master: str) -> None:
    """Raise Misconfigured without Java, and where nobody answers under any address of `spark://one:1,two:2`."""
    if not master.startswith(FORMS):
        raise Misconfigured(UNKNOWN.format(master))
    java = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=f"{java}/bin" if java else None) is None:
        raise Misconfigured(WITHOUT_JAVA)
    if not master.startswith("spark://"):
        return
    for place in master.removeprefix("spark://").split(","):
        host, _, port = place.rpartition(":")
        with contextlib.suppress(OSError, ValueError, OverflowError):
            socket.create_connection((host.strip("[]"), int(port)), ANSWER_SECONDS).close()
            return
    raise Misconfigured(SILENT.format(master))


def series_on_spark(spark: Any, lake: Packed, seq: int) -> Iterator[tuple[date, pa.Table]]:
    """Compute the figures (`FIGURES`) of each reporting date of a packed lake, as `series_of` does.

    All dates of one version are counted at once: Spark has room, and each statement costs it a second to plan.
    """
    _show(spark, lake)
    connection, known, counting = lake.connection, Knowledge.at(seq), _Counting(spark, lake)
    people = people_known(connection, known)
    people = replace(people, owners=counting.keep("owners", people.owners))
    for version, held in by_version(reporting_dates(connection, seq)).items():
        relations = roster(connection, known, held, keep=counting.keep, people=people)
        figures = in_order(figures_over(counting.ask, definitions(version), relations))
        for day in held:
            yield day, figures.filter(pc.field("as_of") == pa.scalar(day))


@dataclass(frozen=True)
class _Counting:
    """Spark at work over a packed lake: what it keeps and what it answers."""

    spark: Any
    lake: Packed

    def keep(self, name: str, relation: sa.FromClause) -> sa.FromClause:
        """Compute a relation once: Spark would do it again in every place of a statement that names it."""
        kept = f"kept_{name}"
        with self._told(sa.select(relation)) as text:
            self._cache(kept, text)
        return sa.table(kept, *(sa.column(column.name, column.type) for column in relation.c))

    def ask(self, statement: Statement) -> pa.Table:
        """Return the rows of a statement."""
        with self._told(statement) as text:
            return self.spark.sql(text).toArrow()

    @contextlib.contextmanager
    def _told(self, statement: sa.ClauseElement) -> Iterator[str]:
        """Compute the steps of a statement; give what is left to ask."""
        steps, rest = translated(statement, self._value)
        try:
            for step in steps:
                self._cache(*step)
            yield rest
        finally:
            for name, _ in steps:
                self.spark.catalog.dropTempView(name)

    def _cache(self, name: str, text: str) -> None:
        """Compute a statement now and keep its rows with the workers under a name, in place of earlier ones.

        How they came about is forgotten: carried along, it would be sent with every task of what is made of them.
        """
        self.spark.sql(text).localCheckpoint().createOrReplaceTempView(name)

    def _value(self, text: str) -> date | int | None:
        return self.lake.connection.exec_driver_sql(text).scalar()


def _show(spark: Any, lake: Packed) -> None:
    """Show the files of every table as a view, tokens as the texts that PostgreSQL and DuckDB show."""
    for one in packed_tables():
        files = files_of(lake.folder, one)
        columns = [f"{_column(c, files != [])} AS `{c.name}`" for c in one.c]
        rows = spark.read.parquet(*files) if files else spark.range(0)
        rows.selectExpr(*columns).createOrReplaceTempView(view(one.schema or "", one.name))


def _column(column: sa.Column, there: bool) -> str:
    kind = _KINDS.get(type(column.type)) or column.type.compile(postgresql.dialect())
    if not there:
        return f"CAST(NULL AS {kind})"
    if isinstance(column.type, sa.Uuid):
        digits = f"lower(hex(`{column.name}`))"
        return f"regexp_replace({digits}, '(.{{8}})(.{{4}})(.{{4}})(.{{4}})(.{{12}})', '$1-$2-$3-$4-$5')"
    return f"CAST(`{column.name}` AS {kind})"


_KINDS: dict[type, str] = {sa.Uuid: "STRING", sa.Text: "STRING", sa.Double: "DOUBLE"}
