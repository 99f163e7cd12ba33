"""The SDMX structures of a release: code lists from its definitions and register, concepts, data structure, flow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
from pysdmx.model import (
    Agency,
    Code,
    Codelist,
    Component,
    Components,
    Concept,
    ConceptScheme,
    Dataflow,
    DataStructureDefinition,
    DataType,
    Role,
    Schema,
)
from pysdmx.model.dataflow import Group

from warehouse.release.contents import Contents
from warehouse.release.extract import NO, YES
from warehouse.release.sdmx_codes import FREQUENCIES, STATUSES, identifier
from warehouse.release.sdmx_table import (
    AGENCY,
    ALWAYS_TOLD,
    COMPONENTS,
    DIMENSIONS,
    FLOW,
    SDMX_TABLE,
    VERSION,
    words_of,
)
from warehouse.release.wording import KINDS, SCOPES
from warehouse.release.wording import NO as NO_WORD
from warehouse.release.wording import STATUSES as STATUS_WORDS
from warehouse.release.wording import YES as YES_WORD

__all__ = ["AGENCY", "structures_of", "text_schema"]

_OWNER = Agency(id=AGENCY)
_URN = "urn:sdmx:org.sdmx.infomodel."
_CONCEPTS, _STRUCTURE = "CS_KPI", "DSD_KPI"
_ROLES = {"D": Role.DIMENSION, "M": Role.MEASURE, "A": Role.ATTRIBUTE}
_TYPES = {"string": DataType.STRING, "date32[day]": DataType.GREGORIAN_TIME_PERIOD, "bool": DataType.STRING,
          "int32": DataType.INTEGER, "int64": DataType.LONG}  # fmt: skip


def structures_of(contents: Contents) -> list[Any]:
    """Return the artefacts of structure.json, those referred to before those that refer."""
    lists = [_codelist(name, title, codes) for name, (title, codes) in _codes(contents).items()]
    concepts = ConceptScheme(
        id=_CONCEPTS, name="Понятия показателей наставничества", agency=_OWNER, version=VERSION,
        items=[_concept(name) for name in COMPONENTS],
    )  # fmt: skip
    structure = DataStructureDefinition(
        id=_STRUCTURE, name="Структура показателей наставничества", agency=_OWNER, version=VERSION,
        components=_components(typed=True), groups=[Group(id="Sibling", dimensions=DIMENSIONS[1:-1])],
    )  # fmt: skip
    flow = Dataflow(
        id=FLOW, name="Показатели наставничества", agency=_OWNER, version=VERSION,
        structure=f"{_URN}datastructure.DataStructure={AGENCY}:{_STRUCTURE}({VERSION})",
    )  # fmt: skip
    return [*lists, concepts, structure, flow]


def text_schema() -> Schema:
    """Return the schema under which data are written: every component a text, for pysdmx makes floats of decimals."""
    return Schema(
        context="dataflow", agency=AGENCY, id=FLOW, version=VERSION, components=_components(typed=False), artefacts=[]
    )


def _concept(component: str) -> Concept:
    words = words_of(component)
    urn = f"{_URN}conceptscheme.Concept={AGENCY}:{_CONCEPTS}({VERSION}).{component}"
    return Concept(id=component, name=words.title, description=words.about, urn=urn)


def _components(*, typed: bool) -> Components:
    return Components([_component(name, typed=typed) for name in COMPONENTS])


def _component(name: str, *, typed: bool) -> Component:
    one = COMPONENTS[name]
    enumeration = f"{_URN}codelist.Codelist={AGENCY}:{one.codes}({VERSION})" if one.codes else None
    return Component(
        id=name,
        required=name in ALWAYS_TOLD,
        role=_ROLES[one.part],
        concept=_concept(name),
        local_dtype=_data_type(name) if typed else DataType.STRING,
        local_enum_ref=enumeration if typed else None,
        attachment_level=("D" if name == "RELEASE" else "O") if one.part == "A" else None,
    )


def _data_type(component: str) -> DataType:
    kind = SDMX_TABLE.schema.field(component).type
    return DataType.DECIMAL if pa.types.is_decimal(kind) else _TYPES[str(kind)]


def _codelist(name: str, title: str, codes: Iterable[Code]) -> Codelist:
    urn = f"{_URN}codelist.Codelist={AGENCY}:{name}({VERSION})"
    return Codelist(id=name, name=title, agency=_OWNER, version=VERSION, items=list(codes), urn=urn)


def _codes(contents: Contents) -> dict[str, tuple[str, list[Code]]]:
    """Return every code list as its title and codes; a description is the code as kpi.csv has it, or the wording."""
    indicators = {row["code"]: row for row in contents.indicators.to_pylist()}
    units = dict.fromkeys(contents.indicators["unit"].to_pylist())
    statuses = {spelled: STATUS_WORDS[status] for status, spelled in STATUSES.items()}
    return {
        "CL_FREQ": ("Периодичность", _plain(FREQUENCIES)),
        "CL_INDICATOR": ("Показатели", [
            Code(id=identifier(code), name=row["title"], description=row["wording"])
            for code, row in indicators.items()
        ]),
        "CL_SCOPE_TYPE": ("Уровни охвата", _plain(SCOPES)),
        "CL_SCOPE": ("Охваты: организации и территории", [
            Code(id=identifier(code), name=name, description=code) for code, name in _scopes(contents).items()
        ]),
        "CL_UNIT": ("Единицы", [Code(id=identifier(unit), name=unit) for unit in units]),
        "CL_OBS_STATUS": ("Статус показателя", _plain(statuses)),
        "CL_YES_NO": ("Да или нет", _plain({YES: YES_WORD, NO: NO_WORD})),
    }  # fmt: skip


def _plain(words: Mapping[str, str]) -> list[Code]:
    return [Code(id=code, name=name) for code, name in words.items()]


def _scopes(contents: Contents) -> dict[str, str]:
    """Name every scope of the figures, by code: institutions as in the register, kinds with their municipality."""
    register = contents.institutions
    names = dict(zip(register["code"].to_pylist(), register["name"].to_pylist(), strict=True))
    names |= {"RU": "Россия"} | dict(contents.scope_titles)
    return {
        code: names.get(code) or _kind(code, names) or code
        for code in contents.figures["scope_code"].unique().sort().to_pylist()
    }


def _kind(code: str, names: Mapping[str, str]) -> str:
    municipality, _, kind = code.rpartition("/")
    return f"{KINDS.get(kind, kind)}, {names.get(municipality, municipality)}" if municipality else ""
