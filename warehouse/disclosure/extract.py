"""The figures of a public package as kpi.csv and kpi.parquet: hidden cells are told from absent ones."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from warehouse.release.contents import FIGURES, KEY, PUBLIC_FIGURES, Contents
from warehouse.release.extract import NO, YES, render_csv, spell
from warehouse.release.tabular import Tabular, commented
from warehouse.release.wording import HIDDEN

PUBLIC_KPI = Tabular(
    "kpi", "Показатели наставничества", "Каждый показатель выпуска: одна строка — один показатель одного охвата на "
    f"одну дату. Скрытое значение в kpi.csv — слово «{HIDDEN}», в kpi.parquet — пусто и названо в столбце hidden.",
    PUBLIC_FIGURES, KEY, ("kpi.csv", "kpi.parquet"),
)  # fmt: skip


def public_figures(contents: Contents) -> pa.Table:
    """Return the figures (PUBLIC_FIGURES): hidden values are null and named in `hidden`."""
    hidden = contents.public.hidden if contents.public else {}
    keys = zip(*(contents.figures[name].to_pylist() for name in KEY[1:]), strict=True)
    named = [" ".join(name for name in FIGURES.names if name in hidden.get(key, ())) or None for key in keys]
    return contents.figures.append_column(PUBLIC_FIGURES.field("hidden"), pa.array(named, pa.string())).combine_chunks()


def render_public_csv(figures: pa.Table) -> bytes:
    """Render public figures like kpi.csv of a release, with the word in hidden cells."""
    hidden = [(text or "").split() for text in figures["hidden"].to_pylist()]
    columns = {}
    for name in figures.column_names:
        texts = spell(figures[name]).to_pylist()
        columns[name] = pa.array(
            [HIDDEN if name in names else text for text, names in zip(texts, hidden, strict=True)], pa.string()
        )
    return render_csv(pa.table(columns))


def write_csv(contents: Contents, path: Path) -> None:
    """Write kpi.csv."""
    path.write_bytes(render_public_csv(public_figures(contents)))


def write_parquet(contents: Contents, path: Path) -> None:
    """Write kpi.parquet."""
    rows = commented(public_figures(contents), PUBLIC_KPI)
    pq.write_table(rows, path, compression="zstd", use_dictionary=True, version="2.6")


def read_csv(path: Path) -> pa.Table:
    """Read kpi.csv back; raise pa.ArrowInvalid when it is not of its schema."""
    convert = pa.csv.ConvertOptions(
        column_types=PUBLIC_FIGURES, null_values=["", HIDDEN], strings_can_be_null=True, true_values=[YES],
        false_values=[NO],
    )  # fmt: skip
    return pa.csv.read_csv(path, convert_options=convert).cast(PUBLIC_FIGURES).combine_chunks()


def read_parquet(path: Path) -> pa.Table:
    """Read kpi.parquet back; raise pa.ArrowInvalid when it is not of its schema."""
    with pq.ParquetFile(path) as file:
        return file.read().cast(PUBLIC_FIGURES).combine_chunks()
