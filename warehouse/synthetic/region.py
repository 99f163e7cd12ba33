"""The register of a made-up region, in the files `nastavnik reference load` reads."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

from warehouse.synthetic.setting import BASIC_SCHOOL, SCHOOL

REGION = "R61"  # no real region's code: the order's own town stays apart
MUNICIPALITIES = 12
CLUB, FULL_SCHOOL = "УДО", "СОШ"
CLUBS = 0.25  # of the institutions
BASIC_SCHOOLS = 0.2  # of the schools
SINCE = "2020-09-01"  # the school year of the order
SOURCE = "вымышленные сведения"
INSTITUTION_FIELDS = (
    "code",
    "name",
    "aliases",
    "kind",
    "level",
    "municipality",
    "region",
    "valid_from",
    "valid_to",
)


def write_region_reference(folder: Path, base: Path, seed: int, institutions: int = 1500) -> None:
    """Write institutions.csv and targets.csv of a region, with the calendar and milestones of `base`.

    `base` is a reference folder whose targets every municipality of the region is given.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = Random(f"{seed}/region")
    municipalities = [f"{REGION}-M{number:02d}" for number in range(1, min(MUNICIPALITIES, institutions // 2 or 1) + 1)]
    clubs = round(institutions * CLUBS)
    kinds = [SCHOOL] * (institutions - clubs) + [CLUB] * clubs
    rows = [_institution(rng, kind, number, municipalities) for number, kind in enumerate(kinds)]
    _write(folder / "institutions.csv", INSTITUTION_FIELDS, sorted(rows, key=lambda row: (row[5], row[0])))
    fields, targets = _targets(base / "targets.csv", municipalities, {f"{row[5]}/{row[3]}" for row in rows})
    _write(folder / "targets.csv", fields, targets)
    for name in ("reporting_dates.csv", "milestones.csv"):
        shutil.copyfile(base / name, folder / name)


def _institution(rng: Random, kind: str, number: int, municipalities: Sequence[str]) -> tuple[str, ...]:
    if kind == SCHOOL:
        level = BASIC_SCHOOL if rng.random() < BASIC_SCHOOLS else FULL_SCHOOL
        code, name, alias = (
            f"{REGION}-S{number + 1:04d}",
            f"МБОУ {level} № {number + 1}",
            f"{level} № {number + 1}",
        )
    else:
        level = CLUB
        code, name, alias = f"{REGION}-D{number + 1:04d}", f"МБУ ДО ЦДТ № {number + 1}", f"ЦДТ № {number + 1}"
    municipality = municipalities[number % len(municipalities)]
    return code, name, alias, kind, level, municipality, REGION, SINCE, ""


def _targets(path: Path, municipalities: Sequence[str], kinds: set[str]) -> tuple[list[str], list[list[str]]]:
    """Give every municipality the targets of the first one named in a file; of kinds, those it has institutions of."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        fields, given = list(reader.fieldnames or ()), list(reader)
    first = given[0]["scope_code"].split("/")[0]
    named = [
        line | {"scope_code": code, "source": SOURCE}
        for municipality in municipalities
        for line in given
        if line["scope_code"].split("/")[0] == first
        for code in [line["scope_code"].replace(first, municipality, 1)]
        if "/" not in code or code in kinds
    ]
    return fields, [[line[field] for field in fields] for line in named]


def _write(path: Path, fields: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(fields)
        writer.writerows(rows)
