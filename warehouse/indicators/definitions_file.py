"""The files of the definitions, read strictly: a key nobody knows or a missing one is told by its place."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields, replace
from datetime import date
from typing import Any, TypeVar

from warehouse.indicators.definitions import SCOPES, Approval, Breakdown, Definitions, Indicator, Measure, Member
from warehouse.installation.settings import Misconfigured

Record = TypeVar("Record")
DIRECTIONS = ("at_least",)  # a target is met by its value or more (series.py)
ROUNDINGS = ("half_up",)
DECIMALS = (2,)  # what the extract's columns hold
COMMON = ("direction", "rounding", "decimals")  # told once for a version, and by an indicator that differs
GROUPINGS = ("form", "age", "category", "company")  # what a breakdown may go by (breakdowns.py)
COUNTED = ("pairs", "participants", "students", "students_of_enrolled")
OF_FILE = {"version": str, "title": str, "source": str, "valid_from": date, "approved_by": dict}
OPTIONAL = ("valid_to", "based_on", "indicator", "breakdown")


def read_definitions(texts: Mapping[str, str]) -> dict[str, Definitions]:
    """Read version files, given by name; return the versions, oldest first. Raise Misconfigured with file and key."""
    contents = {name: _parsed(name, text) for name, text in texts.items()}
    found: dict[str, Definitions] = {}
    for name, content in sorted(contents.items(), key=lambda item: _number(item[0], item[1])):
        if f"{content['version']}.toml" != name:
            raise Misconfigured(f"{name}: имя файла не совпадает с версией {content['version']}.")
        found[content["version"]] = _version(name, content, found)
    return found


def _parsed(name: str, text: str) -> dict[str, Any]:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{name}: не читается как TOML: {error}.") from None
    _keys(name, content, {*OF_FILE, *COMMON}, {*OPTIONAL})
    for key, kind in OF_FILE.items():
        _require(isinstance(content[key], kind), f"{name}: «{key}» не того вида.")
    return content


def _number(name: str, content: dict[str, Any]) -> tuple[int, ...]:
    parts = content["version"].split(".")
    _require(all(part.isdecimal() for part in parts), f"{name}: «version» — числа через точку, например 1.0.")
    return tuple(map(int, parts))


def _version(name: str, content: dict[str, Any], earlier: Mapping[str, Definitions]) -> Definitions:
    version, common = content["version"], {key: content.pop(key) for key in COMMON}
    indicators = [_indicator(name, options, version, common) for options in content.pop("indicator", ())]
    breakdowns = [_breakdown(name, options, version) for options in content.pop("breakdown", ())]
    if (base := content.get("based_on")) is not None:
        _require(base in earlier, f"{name}: нет более ранней версии «{base}», названной в «based_on».")
        indicators = _over(earlier[base].indicators, indicators, version)
        breakdowns = _over(earlier[base].breakdowns, breakdowns, version)
    for kind, records in (("показатель", indicators), ("разрез", breakdowns)):
        _once(f"{name}: {kind}", [one.code for one in records])
    approval = _record(Approval, f"{name}: approved_by", content.pop("approved_by"))
    return Definitions(
        **content, approved_by=approval, indicators=tuple(indicators), breakdowns=tuple(breakdowns)
    )  # fmt: skip


def _over(base: Iterable[Any], own: list[Any], version: str) -> list[Any]:
    """Take the records of an earlier version, those of the same code replaced in their place, the new ones after."""
    mine = {one.code: one for one in own}
    taken = [mine.pop(one.code, None) or replace(one, definition=version) for one in base]
    return [*taken, *mine.values()]


def _indicator(name: str, options: dict[str, Any], version: str, common: dict[str, Any]) -> Indicator:
    where = f"{name}: показатель «{options.get('code', '?')}»"
    options = common | options
    for side in ("numerator", "denominator"):
        if side in options:
            options[side] = _record(Measure, f"{where}, {side}", options[side])
    one = _record(Indicator, where, options | {"definition": version})
    _known(f"{where}, direction", [one.direction], DIRECTIONS)
    _known(f"{where}, rounding", [one.rounding], ROUNDINGS)
    _known(f"{where}, decimals", [one.decimals], DECIMALS)
    _known(f"{where}, scopes", one.scopes, SCOPES)
    return one


def _breakdown(name: str, options: dict[str, Any], version: str) -> Breakdown:
    where = f"{name}: разрез «{options.get('code', '?')}»"
    members = [_record(Member, f"{where}, members", member) for member in options.get("members", ())]
    one = _record(Breakdown, where, options | {"members": members, "definition": version})
    _known(f"{where}, by", [one.by], GROUPINGS)
    _known(f"{where}, measures", one.measures, COUNTED)
    _once(f"{where}, members", [member.code for member in members])
    return one


def _record(kind: type[Record], where: str, options: dict[str, Any]) -> Record:
    names = [field for field in fields(kind) if field.init]  # type: ignore[arg-type]
    required = {field.name for field in names if field.default is MISSING}
    _keys(where, options, required, {field.name for field in names})
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in options.items()})


def _keys(where: str, options: Mapping[str, Any], required: set[str], optional: set[str]) -> None:
    for title, keys in (("неизвестные ключи", set(options) - required - optional), ("нет", required - set(options))):
        _require(not keys, f"{where}: {title}: {', '.join(sorted(keys))}.")


def _known(where: str, values: Iterable[Any], known: tuple[Any, ...]) -> None:
    wrong = [value for value in values if value not in known]
    _require(not wrong, f"{where}: «{wrong[0] if wrong else ''}»; известны: {', '.join(map(str, known))}.")


def _once(where: str, codes: list[str]) -> None:
    twice = sorted({code for code in codes if codes.count(code) > 1})
    _require(not twice, f"{where}: код повторяется: {', '.join(twice)}.")


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise Misconfigured(message)
