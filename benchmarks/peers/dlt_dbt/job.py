"""Peer (b): dlt loads the sheets into DuckDB, dbt-duckdb tests them and builds the figures.

usage: python job.py INBOX FOLDER    — writes FOLDER/kpi.csv
"""

import os
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}

COLUMNS = {
    "Контингент": ("enrolment", {"Обучающихся": "students"}),
    "Участники": ("participants", {"ID участника": "participant_id", "Категория": "category"}),
    "Пары": ("pairs", {
        "ID наставника": "mentor_id", "ID наставляемого": "mentee_id", "Форма наставничества": "form",
        "Дата начала": "started_on", "Дата завершения": "ended_on",
    }),
}  # fmt: skip


def read(path: Path) -> dict[str, "pandas.DataFrame"]:  # noqa: F821
    """Read the four sheets of one workbook with calamine."""
    import pandas as pd

    book = pd.read_excel(path, sheet_name=["Организация", *COLUMNS], engine="calamine", header=None)
    delivery = f"{path.stem}/{path.parent.name}"
    labels = {str(k).rstrip(" *"): v for k, v in book["Организация"].iloc[:, :2].itertuples(index=False)}
    organisation = {"institution": [labels["Код организации"]], "as_of": [pd.Timestamp(labels["Отчётная дата"])]}
    frames = {"organisation": pd.DataFrame(organisation)}
    for title, (name, columns) in COLUMNS.items():
        rows = book[title]
        rows.columns = [str(heading).rstrip(" *") for heading in rows.iloc[0]]
        frames[name] = rows.iloc[1:][list(columns)].rename(columns=columns).infer_objects()
    frames["enrolment"]["students"] = frames["enrolment"]["students"].astype("int64")
    for column in ("started_on", "ended_on"):
        frames["pairs"][column] = pd.to_datetime(frames["pairs"][column])
    return {name: frame.assign(delivery=delivery) for name, frame in frames.items()}


def load(inbox: Path, database: Path) -> None:
    """Load every sheet of every delivery as Arrow, the way dlt is fastest."""
    import dlt
    import pandas as pd
    import pyarrow as pa

    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        loaded = list(pool.map(read, sorted(inbox.glob("*/*.xlsx")), chunksize=10))

    def table(name: str) -> Iterator[pa.Table]:
        yield pa.Table.from_pandas(pd.concat([frames[name] for frames in loaded]), preserve_index=False)

    pipeline = dlt.pipeline(
        "region", destination=dlt.destinations.duckdb(str(database)), dataset_name="raw",
        pipelines_dir=str(database.parent / "dlt"),
    )  # fmt: skip
    resources = [dlt.resource(table(name), name=name, write_disposition="replace") for name in loaded[0]]
    pipeline.run(resources, loader_file_format="parquet").raise_on_failed_jobs()


def build(project: Path, database: Path) -> None:
    """Test the sources, build the model of figures, write it out."""
    from dbt.cli.main import dbtRunner

    os.environ["PEER_DATABASE"] = str(database)
    outcome = dbtRunner().invoke(["build", "--project-dir", str(project), "--profiles-dir", str(project), "--quiet"])
    if not outcome.success:
        raise SystemExit(1)


def main(inbox: Path, folder: Path) -> None:
    """Load, test, build, export."""
    import duckdb

    database, project = folder / "peer.duckdb", folder / "project"
    shutil.copytree(Path(__file__).parent, project)
    load(inbox, database)
    build(project, database)
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"COPY (FROM main.kpi ORDER BY institution) TO '{folder / 'kpi.csv'}'")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
