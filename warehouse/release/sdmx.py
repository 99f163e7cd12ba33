"""The release in SDMX: sdmx/data.csv (SDMX-CSV 2.0) and sdmx/structure.json (SDMX-JSON 2.0), written by pysdmx."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from warehouse.release.contents import FIGURES, KEY, PERCENT, Contents
from warehouse.release.extract import NO, YES, spell
from warehouse.release.sdmx_codes import STATUSES, code_of, frequency, identifier
from warehouse.release.sdmx_table import COMPONENTS, SDMX_TABLE

if TYPE_CHECKING:
    from collections.abc import Callable

_WORDS = {spelled: status for status, spelled in STATUSES.items()}


def write_sdmx_structure(contents: Contents, path: Path) -> None:
    """Write sdmx/structure.json: code lists, concepts, data structure and dataflow; its time is `known_at`."""
    from pysdmx.io.json.sdmxjson2.writer.v2_0.structure import write
    from pysdmx.model import Organisation
    from pysdmx.model.message import Header

    from warehouse.release.sdmx_structure import AGENCY, structures_of

    prepared = contents.known_at.astimezone(UTC)
    header = Header(id=contents.release, prepared=prepared, sender=Organisation(id=AGENCY))
    text = write(structures_of(contents), prettyprint=True, header=header)
    path.write_text(f"{text}\n", encoding="utf-8")


def write_sdmx_data(contents: Contents, path: Path) -> None:
    """Write sdmx/data.csv: the figures of kpi.csv in their order, numbers spelled as there."""
    from pysdmx.io.csv.sdmx20.writer import write
    from pysdmx.io.pd import PandasDataset

    from warehouse.release.sdmx_structure import text_schema

    rows = pa.table({name: _cells(contents, name) for name in COMPONENTS})
    dataset = PandasDataset(structure=text_schema(), data=rows.to_pandas(strings_to_categorical=False))
    path.write_text(write([dataset]) or "", encoding="utf-8", newline="")


def _cells(contents: Contents, component: str) -> pa.Array:
    figures = contents.figures
    match component:
        case "FREQ":
            return _mapped(figures["as_of"], frequency)
        case "REF_AREA" | "OBS_STATUS":
            spelled = identifier if component == "REF_AREA" else _status
            return _mapped(figures[COMPONENTS[component].name], spelled)
        case "UNIT_MEASURE":
            return _mapped(_units(contents), identifier)
        case "OBS_VALUE":
            share = pc.equal(_units(contents), PERCENT)
            return pc.if_else(share, spell(figures["value"]), spell(figures["numerator"]))
    return spell(figures[COMPONENTS[component].name])


def _status(status: str) -> str:
    return STATUSES.get(status, status)  # a wrong one is judged by `verify`, not here


def _mapped(values: pa.ChunkedArray, spelled: Callable) -> pa.Array:
    """Spell every different value once."""
    encoded = pc.dictionary_encode(values.combine_chunks())
    words = pa.array([spelled(value) for value in encoded.dictionary.to_pylist()], pa.string())
    return words.take(encoded.indices)


def _units(contents: Contents) -> pa.ChunkedArray:
    """Return the unit of each figure."""
    units = {(row["code"], row["definition"]): row["unit"] for row in contents.indicators.to_pylist()}
    names = zip(contents.figures["indicator"].to_pylist(), contents.figures["definition"].to_pylist(), strict=True)
    return pa.chunked_array([pa.array([units[name] for name in names], pa.string())])


def read_sdmx(path: Path) -> pa.Table:
    """Read sdmx/data.csv back into figures; raise pa.ArrowInvalid or KeyError when it is not of its shape."""
    convert = pa.csv.ConvertOptions(
        column_types=SDMX_TABLE.schema, null_values=[""], strings_can_be_null=True, true_values=[YES], false_values=[NO]
    )
    cells = pa.csv.read_csv(path, convert_options=convert)
    columns = {one.name: cells[name] for name, one in COMPONENTS.items() if one.name}
    columns["scope_code"] = _mapped(cells["REF_AREA"], code_of)
    columns["status"] = _mapped(cells["OBS_STATUS"], lambda spelled: _WORDS.get(spelled, spelled))
    share = pc.equal(cells["UNIT_MEASURE"], identifier(PERCENT))
    columns["value"] = pc.if_else(share, cells["OBS_VALUE"], None)
    rows = pa.table({name: columns[name] for name in FIGURES.names}).cast(FIGURES)
    return rows.sort_by([(name, "ascending") for name in KEY]).combine_chunks()
