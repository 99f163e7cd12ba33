"""The series on Apache Spark: the warehouse's own statements, translated, over the files of a packed lake.

What is as small as the ledger (dates, decisions of the clerk) is asked of DuckDB over the same files; every count is
made by Spark. `pyspark` and `sqlglot` are no dependencies of ours: `make spark` brings them (docs/scale.md).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
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
from warehouse.packed import Packed, files_of, packed_tables
from warehouse.settings import Misconfigured

A_CORE = 2  # parts of a shuffle for each core: what one core does last, another need not wait for
ABSENT = "Spark не установлен: выполните make spark и запустите .venv-spark/bin/nastavnik (нужна Java 17)."


@contextlib.contextmanager
def session(master: str) -> Iterator[Any]:
    """Open a Spark session on a master (`local[*]`, `spark://host:7077`)."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise Misconfigured(ABSENT) from None
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",  # an overflow is an error, not a wrong figure
        # Statements of hundreds of steps: planning them anew after each stage costs minutes, describing them too.
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.maxPlanStringLength": "1000",
    }
    building = SparkSession.builder.master(master).appName("nastavnik").config(map=settings)
    spark = building.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    # Spark's own 200 cost a small cluster more than the work itself.
    spark.conf.set("spark.sql.shuffle.partitions", spark.sparkContext.defaultParallelism * A_CORE)
    try:
        yield spark
    finally:
        spark.stop()


def series_on_spark(spark: Any, lake: Packed, seq: int) -> Iterator[tuple[date, pa.Table]]:
    """Compute the figures (`FIGURES`) of each reporting date of a packed lake, as `series_of` does.

    All dates of one version are counted at once: Spark has room, and each statement costs it a second to plan.
    """
    _show(spark, lake)
    connection, known, keep = lake.connection, Knowledge.at(seq), partial(_kept, spark)
    people = people_known(connection, known)
    people = replace(people, owners=keep("owners", people.owners))
    for version, held in by_version(reporting_dates(connection, seq)).items():
        relations = roster(connection, known, held, keep=keep, people=people)
        figures = in_order(figures_over(partial(_ask, spark), definitions(version), relations))
        for day in held:
            yield day, figures.filter(pc.field("as_of") == pa.scalar(day))


def _kept(spark: Any, name: str, relation: sa.FromClause) -> sa.FromClause:
    """Compute a relation once: Spark would do it again in every place of a statement that names it."""
    kept = f"kept_{name}"
    spark.sql(translated(sa.select(relation))).cache().createOrReplaceTempView(kept)
    return sa.table(kept, *(sa.column(column.name, column.type) for column in relation.c))


def _ask(spark: Any, statement: Statement) -> pa.Table:
    return spark.sql(translated(statement)).toArrow()


def translated(statement: sa.ClauseElement) -> str:
    """Return a statement in the words of Spark."""
    import sqlglot
    from sqlglot import exp

    text = statement.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    tree = sqlglot.parse_one(str(text), read="postgres")
    for one in tree.find_all(exp.Table):
        if one.db:
            one.replace(exp.to_table(_view(one.db, one.name), alias=one.alias or one.name))
    for one in tree.find_all(exp.CTE):
        one.set("materialized", None)  # Spark plans as it likes
    for one in tree.find_all(exp.Column):
        one.set("db", None)  # a view's alias is the bare name of its table
    for one in tree.find_all(exp.Cast):
        if one.to.is_type("uuid"):
            one.set("to", exp.DataType.build("text"))
    return tree.sql(dialect="spark")


def _view(schema: str, name: str) -> str:
    return f"{schema}_{name}"


def _show(spark: Any, lake: Packed) -> None:
    """Show the files of every table as a view, tokens as the texts that PostgreSQL and DuckDB show."""
    for one in packed_tables():
        files = files_of(lake.folder, one)
        columns = [f"{_column(c, files != [])} AS `{c.name}`" for c in one.c]
        rows = spark.read.parquet(*files) if files else spark.range(0)
        rows.selectExpr(*columns).createOrReplaceTempView(_view(one.schema or "", one.name))


def _column(column: sa.Column, there: bool) -> str:
    kind = _KINDS.get(type(column.type)) or column.type.compile(postgresql.dialect())
    if not there:
        return f"CAST(NULL AS {kind})"
    if isinstance(column.type, sa.Uuid):
        digits = f"lower(hex(`{column.name}`))"
        return f"regexp_replace({digits}, '(.{{8}})(.{{4}})(.{{4}})(.{{4}})(.{{12}})', '$1-$2-$3-$4-$5')"
    return f"CAST(`{column.name}` AS {kind})"


_KINDS: dict[type, str] = {sa.Uuid: "STRING", sa.Text: "STRING", sa.Double: "DOUBLE"}
