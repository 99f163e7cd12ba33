"""Peer (c): polars with fastexcel and pandera schemas, by hand; Parquet files and figures out.

usage: python job.py INBOX FOLDER    — writes FOLDER/kpi.csv
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import fastexcel
import pandera.polars as pa
import polars as pl

CATEGORIES = [
    "обучающийся", "студент", "молодой специалист", "педагогический работник", "работник предприятия", "выпускник",
    "родитель", "иное",
]  # fmt: skip
FORMS = [
    "ученик – ученик", "учитель – учитель", "студент – ученик", "работодатель – ученик", "работодатель – студент",
    "педагог – ученик", "иная",
]  # fmt: skip
COLUMNS = {
    "Контингент": {"Обучающихся": ("students", pl.Int64)},
    "Участники": {"ID участника": ("participant_id", pl.String), "Категория": ("category", pl.String)},
    "Пары": {
        "ID наставника": ("mentor_id", pl.String), "ID наставляемого": ("mentee_id", pl.String),
        "Форма наставничества": ("form", pl.String), "Дата начала": ("started_on", pl.Date),
        "Дата завершения": ("ended_on", pl.Date),
    },
}  # fmt: skip
NAMES = {"Контингент": "enrolment", "Участники": "participants", "Пары": "pairs"}


def schemas() -> dict[str, pa.DataFrameSchema]:
    """Return what the sheets of all deliveries together must be."""
    resolves = [pa.Check(lambda data, who=who: data.lazyframe.select(f"{who}_known")) for who in ("mentor", "mentee")]
    return {
        "enrolment": pa.DataFrameSchema({"students": pa.Column(pl.Int64)}),
        "participants": pa.DataFrameSchema(
            {"participant_id": pa.Column(pl.String), "category": pa.Column(pl.String, pa.Check.isin(CATEGORIES))},
            unique=["delivery", "participant_id"],
        ),
        "pairs": pa.DataFrameSchema(
            {
                "mentor_id": pa.Column(pl.String), "mentee_id": pa.Column(pl.String),
                "form": pa.Column(pl.String, pa.Check.isin(FORMS)), "started_on": pa.Column(pl.Date),
            },
            checks=[
                *resolves,
                pa.Check(lambda data: data.lazyframe.select(pl.col("started_on") <= pl.col("as_of"))),
                pa.Check(
                    lambda data: data.lazyframe.select(
                        pl.col("ended_on").is_null() | (pl.col("ended_on") >= pl.col("started_on"))
                    )
                ),
            ],
        ),
    }  # fmt: skip


def read(path: Path) -> dict[str, pl.DataFrame]:
    """Read the four sheets of one workbook."""
    book, delivery = fastexcel.read_excel(path), f"{path.stem}/{path.parent.name}"
    labels = book.load_sheet("Организация", header_row=None, use_columns=[0, 1], dtypes="string").to_polars()
    told = {str(label).rstrip(" *"): value for label, value in labels.iter_rows()}
    frames = {"organisation": pl.DataFrame({
        "delivery": [delivery], "institution": [told["Код организации"]],
        "as_of": pl.Series([told["Отчётная дата"][:10]]).str.to_date("%Y-%m-%d"),
    })}  # fmt: skip
    for title, columns in COLUMNS.items():
        sheet = book.load_sheet(title).to_polars()
        sheet = sheet.rename({heading: heading.rstrip(" *") for heading in sheet.columns})
        frames[NAMES[title]] = sheet.select(
            pl.lit(delivery).alias("delivery"),
            *(pl.col(heading).cast(kind).alias(name) for heading, (name, kind) in columns.items()),
        )
    return frames


def kpi(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Return students involved in the reporting year and enrolled, by institution."""
    students = tables["participants"].filter(pl.col("category") == "обучающийся")
    active = tables["pairs"].filter(
        (pl.col("started_on") <= pl.col("as_of"))
        & (pl.col("ended_on").is_null() | (pl.col("ended_on") >= pl.col("as_of").dt.truncate("1y")))
    )
    taking_part = pl.concat(
        [active.select("delivery", participant_id=who) for who in ("mentor_id", "mentee_id")]
    ).unique()
    involved = students.join(taking_part, on=["delivery", "participant_id"]).group_by("delivery")
    return (
        tables["organisation"]
        .join(tables["enrolment"].group_by("delivery").agg(enrolled=pl.col("students").sum()), on="delivery")
        .join(involved.agg(involved=pl.col("participant_id").n_unique()), on="delivery", how="left")
        .select("institution", pl.col("involved").fill_null(0), "enrolled")
        .sort("institution")
    )


def main(inbox: Path, folder: Path) -> None:
    """Load every delivery, check all at once, write the figures."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        loaded = list(pool.map(read, sorted(inbox.glob("*/*.xlsx")), chunksize=10))
    tables = {name: pl.concat([frames[name] for frames in loaded]) for name in loaded[0]}
    ids = tables["participants"].select("delivery", "participant_id", known=pl.lit(True)).unique()
    pairs = tables["pairs"].join(tables["organisation"].select("delivery", "as_of"), on="delivery")
    for who in ("mentor", "mentee"):
        known = ids.rename({"participant_id": f"{who}_id", "known": f"{who}_known"})
        pairs = pairs.join(known, on=["delivery", f"{who}_id"], how="left", maintain_order="left")
        pairs = pairs.with_columns(pl.col(f"{who}_known").fill_null(False))
    tables["pairs"] = pairs
    for name, schema in schemas().items():
        schema.validate(tables[name], lazy=True)
    for name, table in tables.items():
        table.write_parquet(folder / f"{name}.parquet")
    kpi(tables).write_csv(folder / "kpi.csv")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
