"""The table sdmx/data.csv: its columns are the components of the data structure."""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa

from warehouse.release.columns import ALWAYS, COLUMNS, Column
from warehouse.release.contents import FIGURES
from warehouse.release.sdmx_codes import FREQUENCIES, STATUSES
from warehouse.release.tabular import Tabular

SDMX_DATA, SDMX_STRUCTURE = "sdmx/data.csv", "sdmx/structure.json"
AGENCY, FLOW, VERSION = "NASTAVNIK", "KPI", "1.0"


class Component(NamedTuple):
    """A column of the data: its part in the structure (D, M or A), its column of kpi.csv, its list of codes."""

    part: str
    name: str = ""
    codes: str = ""


# Dimensions, measures, attributes, in the order SDMX-CSV has them. The version of the definitions is a dimension:
# a figure is one by its key, and the key of kpi.csv holds it.
COMPONENTS: dict[str, Component] = {
    "FREQ": Component("D", codes="CL_FREQ"),
    "INDICATOR": Component("D", "indicator", "CL_INDICATOR"),
    "DEFINITION": Component("D", "definition"),
    "SCOPE_TYPE": Component("D", "scope_type", "CL_SCOPE_TYPE"),
    "REF_AREA": Component("D", "scope_code", "CL_SCOPE"),
    "TIME_PERIOD": Component("D", "as_of"),
    "OBS_VALUE": Component("M"),
    "NUMERATOR": Component("M", "numerator"),
    "DENOMINATOR": Component("M", "denominator"),
    "UNIT_MEASURE": Component("A", codes="CL_UNIT"),
    "OBS_STATUS": Component("A", "status", "CL_OBS_STATUS"),
    "TARGET": Component("A", "target"),
    "MEETS_TARGET": Component("A", "meets_target", "CL_YES_NO"),
    "EXPECTED": Component("A", "expected"),
    "REPORTED": Component("A", "reported"),
    "COVERAGE_STUDENTS": Component("A", "coverage_students"),
    "LOW": Component("A", "low"),
    "HIGH": Component("A", "high"),
    "RELEASE": Component("A", "release"),
}
DIMENSIONS = tuple(name for name, one in COMPONENTS.items() if one.part == "D")
ALWAYS_TOLD = {*DIMENSIONS, "UNIT_MEASURE", "OBS_STATUS", "EXPECTED", "REPORTED", "RELEASE"}

_OWN = {
    "STRUCTURE": Column("Вид структуры", "к чему относится строка: dataflow", ALWAYS),
    "STRUCTURE_ID": Column("Структура", "какой поток описан в structure.json", ALWAYS),
    "ACTION": Column("Действие", "I — сведения для справки", ALWAYS),
    "FREQ": Column("Периодичность", "; ".join(f"{code} — {words}" for code, words in FREQUENCIES.items()), ALWAYS),
    "REF_AREA": Column("Охват", "код охвата из kpi.csv, записанный как код SDMX: «/» — @, ОУ — OU, УДО — UDO", ALWAYS),
    "OBS_VALUE": Column("Значение", "доля в процентах; у показателей-количеств — их числитель"),
    "OBS_STATUS": Column(
        "Статус", "A — итоговый, P — предварительный", {**ALWAYS, "enum": list(STATUSES.values())}
    ),
    "UNIT_MEASURE": Column("Единица", "в чём значение: PT — проценты, NUMBER — единицы, PERSON_HOURS — человеко-часы"),
}  # fmt: skip


def words_of(component: str) -> Column:
    """Return the words of a component: its own, or those of its column of kpi.csv."""
    return _OWN.get(component) or COLUMNS[COMPONENTS[component].name]


def _type(component: str) -> pa.DataType:
    name = COMPONENTS[component].name
    if component == "OBS_VALUE":
        return FIGURES.field("numerator").type
    return FIGURES.field(name).type if name else pa.string()


_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("STRUCTURE", "STRUCTURE_ID", "ACTION")]
    + [(name, _type(name)) for name in COMPONENTS]
)
SDMX_TABLE = Tabular(
    "sdmx", "Показатели в SDMX-CSV 2.0", "Те же показатели, что в kpi.csv; структура — в sdmx/structure.json.",
    _SCHEMA, DIMENSIONS, (SDMX_DATA,), {name: words_of(name) for name in COMPONENTS} | _OWN,
)  # fmt: skip
