"""The extract: the figures of a release as kpi.csv and kpi.parquet."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from warehouse.release.contents import FIGURES
from warehouse.release.tabular import KPI, commented

YES, NO = "yes", "no"
SPECIAL = r'[",\r\n]'  # what makes a CSV cell need quotes (RFC 4180)


def render_csv(figures: pa.Table) -> bytes:
    """Render figures as indicators.md says: UTF-8, comma, line feed, an absent figure is an empty cell."""
    columns = [_cell(column) for column in figures.columns]
    head = ",".join(figures.column_names)
    lines = pc.binary_join_element_wise(*columns, ",").to_pylist() if figures.num_rows else []
    return "\n".join([head, *lines, ""]).encode()


def hash_figures(figures: pa.Table) -> str:
    """Hash what was counted, without the number of the release: equal figures of two releases hash equal."""
    return hashlib.sha256(render_csv(figures.drop_columns(["release"]))).hexdigest()


def write_csv(figures: pa.Table, path: Path) -> None:
    """Write kpi.csv."""
    path.write_bytes(render_csv(figures))


def write_parquet(figures: pa.Table, path: Path) -> None:
    """Write kpi.parquet: the rows of kpi.csv, typed, with a comment for each column."""
    pq.write_table(commented(figures, KPI), path, compression="zstd", use_dictionary=True, version="2.6")


def read_csv(path: Path) -> pa.Table:
    """Read kpi.csv back; raise pa.ArrowInvalid when it is not of its schema."""
    convert = pa.csv.ConvertOptions(
        column_types=FIGURES, null_values=[""], strings_can_be_null=True, true_values=[YES], false_values=[NO]
    )
    parse = pa.csv.ParseOptions(newlines_in_values=True)
    table = pa.csv.read_csv(path, parse_options=parse, convert_options=convert)
    return table.cast(FIGURES).combine_chunks()


def read_parquet(path: Path) -> pa.Table:
    """Read kpi.parquet back; raise pa.ArrowInvalid when it is not of its schema."""
    with pq.ParquetFile(path) as file:
        return file.read().cast(FIGURES).combine_chunks()


def spell(column: pa.ChunkedArray) -> pa.Array:
    """Spell a column as texts: an absent value stays absent."""
    values = column.combine_chunks()
    if pa.types.is_boolean(values.type):
        return pc.if_else(values, YES, NO)
    text = pc.cast(values, pa.string())
    if pa.types.is_decimal(values.type) and values.type.scale > 2:
        # All decimals are written here, so that the zeros at the end are never those of a whole number.
        return pc.utf8_rtrim(pc.utf8_rtrim(text, "0"), ".")
    return text


def _cell(column: pa.ChunkedArray) -> pa.Array:
    text = spell(column)
    quoted = pc.binary_join_element_wise('"', pc.replace_substring(text, '"', '""'), '"', "")
    return pc.fill_null(pc.if_else(pc.match_substring_regex(text, SPECIAL), quoted, text), "")
