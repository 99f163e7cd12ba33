"""The SDMX files of a release, read back by pysdmx: every figure is there, and the structure tells every code."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pysdmx.io import get_datasets
from pysdmx.io.json.sdmxjson2.messages import JsonStructureMessage
from pysdmx.model import Codelist, DataStructureDefinition, Role, decoders
from pysdmx.model.message import Message
from pysdmx.util import parse_short_urn
from pysdmx.util._model_utils import schema_generator

from tests.release.made_contents import region, town
from warehouse.release.contents import Contents
from warehouse.release.extract import read_csv, write_csv
from warehouse.release.package import verify, write_release
from warehouse.release.sdmx import read_sdmx, write_sdmx_data, write_sdmx_structure
from warehouse.release.sdmx_codes import code_of, frequency, identifier

MEASURED = ("NUMERATOR", "DENOMINATOR", "TARGET", "EXPECTED", "REPORTED", "COVERAGE_STUDENTS", "LOW", "HIGH")
COUNTED = {"partners_with_mentors", "training_hours"}  # indicators that are no share
WORDS = {"final": "A", "provisional": "P"}


@pytest.fixture(scope="module")
def contents() -> Contents:
    return town(missing=("NSH-S016", "NSH-D002"))


@pytest.fixture(scope="module")
def folder(contents, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sdmx")
    write_sdmx_structure(contents, folder / "structure.json")
    write_sdmx_data(contents, folder / "data.csv")
    write_csv(contents.figures, folder / "kpi.csv")
    return folder


@pytest.fixture(scope="module")
def message(folder) -> Message:
    """The structure message as pysdmx reads it; its own reader asks for SDMX's schemas, which nothing else needs."""
    decoder = msgspec.json.Decoder(JsonStructureMessage, dec_hook=decoders)
    return Message(structures=decoder.decode((folder / "structure.json").read_bytes()).to_model().structures)


@pytest.fixture(scope="module")
def observations(folder, message) -> list[dict]:
    """Every observation as pysdmx types it under the structure, absent values left out."""
    (dataset,) = get_datasets(folder / "data.csv")
    dataset.structure = schema_generator(message, parse_short_urn(dataset.structure))
    return [{k: v for k, v in row.items() if v == v and v not in (None, "")} for row in dataset.data.to_dict("records")]


def spelled(row: dict) -> dict:
    """What an observation must say of a row of kpi.csv."""
    share = row["indicator"] not in COUNTED
    value = row["value"] if share else row["numerator"]
    told = {
        "FREQ": "A",
        "INDICATOR": row["indicator"],
        "DEFINITION": row["definition"],
        "SCOPE_TYPE": row["scope_type"],
        "REF_AREA": row["scope_code"].replace("/ОУ", "@OU").replace("/УДО", "@UDO"),
        "TIME_PERIOD": row["as_of"].isoformat(),
        "OBS_VALUE": None if value is None else float(value),
        "OBS_STATUS": WORDS[row["status"]],
        "UNIT_MEASURE": {"partners_with_mentors": "NUMBER", "training_hours": "PERSON_HOURS"}.get(
            row["indicator"], "PT"
        ),
        "MEETS_TARGET": {None: None, True: "yes", False: "no"}[row["meets_target"]],
        "RELEASE": row["release"],
    }
    measured = {name: row[name.lower()] for name in MEASURED}
    told |= {name: float(one) if isinstance(one, Decimal) else one for name, one in measured.items()}
    return {name: one for name, one in told.items() if one is not None}


def test_pysdmx_reads_every_figure_of_kpi_csv(folder, observations):
    fixed = {"STRUCTURE", "STRUCTURE_ID", "ACTION"}
    figures = read_csv(folder / "kpi.csv").to_pylist()
    assert len(observations) == len(figures) > 800
    for row, told in zip(figures, observations, strict=True):
        assert {name: one for name, one in told.items() if name not in fixed} == spelled(row)


def test_figures_come_back(folder, contents):
    assert read_sdmx(folder / "data.csv").equals(contents.figures)


def test_the_key_of_an_observation_is_its_dimensions(message, observations):
    (structure,) = [one for one in message.structures if isinstance(one, DataStructureDefinition)]
    names = [one.id for one in structure.components if one.role == Role.DIMENSION]
    assert names == ["FREQ", "INDICATOR", "DEFINITION", "SCOPE_TYPE", "REF_AREA", "TIME_PERIOD"]
    assert [one.id for one in structure.components if one.role == Role.MEASURE] == [
        "OBS_VALUE", "NUMERATOR", "DENOMINATOR",
    ]  # fmt: skip
    assert len({tuple(row[name] for name in names) for row in observations}) == len(observations)


def test_every_code_told_is_in_its_list(message, observations):
    """The list is the one its component refers to."""
    lists = {one.id: {code.id for code in one} for one in message.structures if isinstance(one, Codelist)}
    (structure,) = [one for one in message.structures if isinstance(one, DataStructureDefinition)]
    enumerated = {one.id: one.local_codes for one in structure.components if one.local_codes}
    assert set(enumerated) == {
        "FREQ", "INDICATOR", "SCOPE_TYPE", "REF_AREA", "UNIT_MEASURE", "OBS_STATUS", "MEETS_TARGET",
    }  # fmt: skip
    for name, codes in enumerated.items():
        assert {code.id for code in codes} == lists[codes.id]
        assert {row[name] for row in observations if name in row} <= lists[codes.id]


def test_scopes_are_named_and_keep_their_code(message):
    (scopes,) = [one for one in message.structures if isinstance(one, Codelist) and one.id == "CL_SCOPE"]
    assert (scopes["NSH@OU"].name, scopes["NSH@OU"].description) == ("Школы, Новошахтинск", "NSH/ОУ")
    assert scopes["NSH-S007"].name == "МБОУ СОШ № 7"
    assert (scopes["NSH"].name, scopes["RU"].name) == ("Новошахтинск", "Россия")


def test_indicators_are_named_from_the_definitions(message):
    (indicators,) = [one for one in message.structures if isinstance(one, Codelist) and one.id == "CL_INDICATOR"]
    assert indicators["mentors_15_19"].name == "Наставники 15–19 лет"
    assert indicators["mentors_15_19"].description == "Наставники 15–19 лет: доля в процентах."


def test_bytes_are_the_same_again(folder, contents, tmp_path):
    write_sdmx_structure(contents, tmp_path / "structure.json")
    write_sdmx_data(contents, tmp_path / "data.csv")
    for name in ("structure.json", "data.csv"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
    assert b'"prepared": "2025-01-20T09:30:00Z"' in (folder / "structure.json").read_bytes()


def test_an_empty_release_has_headings(tmp_path):
    empty = region(4, (date(2021, 3, 31),), indicators=())
    write_sdmx_data(empty, tmp_path / "data.csv")
    assert read_sdmx(tmp_path / "data.csv").num_rows == 0


@pytest.mark.parametrize(
    ("day", "code"),
    [("2021-12-31", "A"), ("2021-03-31", "Q"), ("2021-09-30", "Q"), ("2020-02-29", "M"), ("2021-12-30", "D")],
)
def test_frequency_of_a_date(day, code):
    assert frequency(date.fromisoformat(day)) == code


@pytest.mark.parametrize(
    ("code", "spelled"),
    [
        ("NSH-S007", "NSH-S007"), ("NSH/ОУ", "NSH@OU"), ("NSH/УДО", "NSH@UDO"), ("%", "PT"), ("ед.", "NUMBER"),
        ("NSH/OU", "NSH@$00004FU"), ("Ш1", "$0004281"), ("a@b", "a$000040b"),
    ],
)  # fmt: skip
def test_identifiers_of_codes(code, spelled):
    assert identifier(code) == spelled
    assert code_of(spelled) == code


@given(st.lists(st.text("AOUDPT$@/%-ОУДё. ед1_чл", min_size=1, max_size=6), unique=True))
def test_different_codes_have_different_identifiers(codes):
    assert [code_of(identifier(code)) for code in codes] == codes


def test_another_figure_in_sdmx_is_found(contents, tmp_path):
    folder = write_release(contents, tmp_path / contents.release)
    path = folder / "sdmx/data.csv"
    text = path.read_text(encoding="utf-8")
    told = ",NSH-S001,2021-12-31,"
    path.write_text(text.replace(told, f"{told}9", 1), encoding="utf-8")
    assert text.count(told)
    assert any("institution NSH-S001, 2021-12-31" in line and "sdmx/data.csv" in line for line in verify(folder))
