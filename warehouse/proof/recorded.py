"""The definitions that counted a release, as plain data: what `evidence/definitions.json` holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from typing import Any

from warehouse.indicators.definitions import Definitions, Indicator, Measure


def named_measures(counted: Mapping[date, Definitions]) -> dict[str, Measure]:
    """Name every different measure of these versions: m1, m2, … in order of first use."""
    every = [measure for chosen in counted.values() for measure in chosen.measures]
    return {f"m{number}": measure for number, measure in enumerate(dict.fromkeys(every), 1)}


def described(counted: Mapping[date, Definitions]) -> dict[str, Any]:
    """Describe the definitions: which version counted each date, every version whole, and their measures by name."""
    measures = named_measures(counted)
    names = {measure: name for name, measure in measures.items()}
    versions = {chosen.version: chosen for chosen in counted.values()}
    return {
        "counted": {as_of.isoformat(): chosen.version for as_of, chosen in sorted(counted.items())},
        "definitions": [_version(chosen, names) for _, chosen in sorted(versions.items())],
        "measures": {name: _told(measure) for name, measure in measures.items()},
    }


def _version(chosen: Definitions, names: Mapping[Measure, str]) -> dict[str, Any]:
    return _told(chosen, "indicators") | {"indicators": [_indicator(one, names) for one in chosen.indicators]}


def _indicator(one: Indicator, names: Mapping[Measure, str]) -> dict[str, Any]:
    told = _told(one, "numerator", "denominator") | {"numerator": names[one.numerator]}
    if one.denominator is not None:
        told["denominator"] = names[one.denominator]
        told["denominator_of_any_kind"] = names[one.denominator.of_any_kind]
    return told


def _told(record: Any, *without: str) -> dict[str, Any]:
    """The fields of a record that say something, as JSON spells them."""
    fields = {f.name: getattr(record, f.name) for f in dataclasses.fields(record) if f.name not in without}
    return {name: _plain(value) for name, value in fields.items() if value not in (None, ())}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _told(value)
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    return value
