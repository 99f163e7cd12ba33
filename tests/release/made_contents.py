"""Plausible contents of releases: a town of 21 institutions and a region of any size."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa

from tests.release.made_evidence import FORMS, make_evidence
from tests.release.made_programme import make_programme
from warehouse.indicators.trajectory import Plan, trajectory
from warehouse.proof.breakdowns import recompute_breakdowns
from warehouse.proof.figures import recompute
from warehouse.release.contents import (
    COMPLETENESS,
    FINDINGS,
    INDICATORS,
    INSTITUTIONS,
    LATE,
    MEMBERS,
    MISSING,
    ON_TIME,
    PERCENT,
    PLAN_FULFILMENT,
    REPORTED_KPI,
    Contents,
)

DATES = tuple(date(year, 12, 31) for year in range(2020, 2025))
TARGETS = {2020: (None, 10, 15), 2021: (30,) * 3, 2022: (45,) * 3, 2023: (60,) * 3, 2024: (70,) * 3}
SCHOOLS = (1, 3, 4, 5, 7, 8, 14, 16, 20, 24, 25, 27, 28, 31, 34, 37, 38, 40, 79)
BASIC = {5, 20, 38, 79}  # the order's schools of nine classes
INDICATORS_SHOWN = (
    # code, title, unit, numerator, denominator, share of the enrolled in the numerator
    (
        REPORTED_KPI,
        "Обучающиеся, вовлечённые в наставничество",
        "%",
        "обучающиеся в любой роли",
        "обучающиеся",
        1,
    ),
    ("students_involved_mentee", "Обучающиеся-наставляемые", "%", "наставляемые", "обучающиеся", 0.8),
    ("students_involved_mentor", "Обучающиеся-наставники", "%", "наставники", "обучающиеся", 0.25),
    ("mentors_15_19", "Наставники 15–19 лет", "%", "наставники 15–19 лет", "обучающиеся 15–19 лет", 0.3),
    ("partners_with_mentors", "Партнёры, давшие наставников", "ед.", "организации-партнёры", None, 0.01),
    ("training_hours", "Обучение наставников", "чел.-ч", "часы обучения на участников", None, 0.1),
    (PLAN_FULFILMENT, "Выполнение плана приказа", "%", "вовлечённые обучающиеся", "участники по перечню", 1),
)


@dataclass(frozen=True)
class Institution:
    """One institution of a made register and how many it teaches."""

    code: str
    name: str
    kind: str
    level: str
    municipality: str
    region: str
    enrolled: int


def town_register(rng: random.Random) -> list[Institution]:
    """The order's nineteen schools and two institutions of additional education."""
    schools = [
        Institution(
            f"NSH-S{n:03}", f"МБОУ {'ООШ' if n in BASIC else 'СОШ'} № {n}", "ОУ", "ООШ" if n in BASIC else "СОШ", "NSH", "61",
            rng.randint(120, 420),
        )
        for n in SCHOOLS
    ]  # fmt: skip
    clubs = [
        Institution("NSH-D001", "МБУ ДО «Центр развития творчества»", "УДО", "УДО", "NSH", "61", 640),
        Institution("NSH-D002", "МБУ ДО «Станция юных техников»", "УДО", "УДО", "NSH", "61", 310),
    ]
    return schools + clubs


def region_register(rng: random.Random, institutions: int, municipalities: int = 12) -> list[Institution]:
    """Institutions spread over municipalities, a quarter of them of additional education."""
    return [
        Institution(
            f"R61-{'D' if n % 4 == 0 else 'S'}{n:04}",
            f"МБУ ДО «Центр № {n}»" if n % 4 == 0 else f"МБОУ СОШ № {n}",
            "УДО" if n % 4 == 0 else "ОУ", "УДО" if n % 4 == 0 else "СОШ",
            f"M{n % municipalities:02}", "61", rng.randint(120, 900),
        )
        for n in range(1, institutions + 1)
    ]  # fmt: skip


def make_contents(
    register: list[Institution],
    dates: tuple[date, ...] = DATES,
    *,
    missing: tuple[str, ...] = (),
    seed: int = 1,
    indicators: Iterable[tuple] = INDICATORS_SHOWN,
    scope_titles: dict[str, str] | None = None,
) -> Contents:
    """Make the contents of a release at the last of `dates`, at which the `missing` institutions have not reported."""
    rng = random.Random(seed)
    release = f"{dates[-1]}-1"
    eager = {i.code: rng.gauss(1, 0.22) for i in register}
    states, counts = [], {}
    absent = {(dates[-1], code) for code in missing}
    for as_of in dates:
        states += [_state(rng, i.code, as_of, (as_of, i.code) in absent) for i in register]
        for indicator in indicators:
            counts[as_of, indicator[0]] = {i.code: _count(rng, indicator, i, as_of, eager[i.code]) for i in register}
    evidence = make_evidence(register, dates, absent, counts, list(indicators), _targets(register, dates), "2020.1")
    figures = recompute(evidence, release)
    return Contents(
        release=release,
        as_of=dates[-1],
        known_at=datetime(dates[-1].year + 1, 1, 20, 9, 30, tzinfo=UTC),
        figures=figures,
        evidence=evidence,
        institutions=pa.Table.from_pylist([vars(i) for i in register], INSTITUTIONS),
        indicators=pa.Table.from_pylist([_indicator(*row[:5]) for row in indicators], INDICATORS),
        completeness=pa.Table.from_pylist(states, COMPLETENESS),
        breakdowns=recompute_breakdowns(evidence, release),
        members=pa.Table.from_pylist(_members(), MEMBERS),
        programme=make_programme(register, dates[-1], missing, seed),
        trajectory=trajectory(figures, _plan(figures), dates[-1]),
        findings=pa.Table.from_pylist(list(_findings(dates)), FINDINGS),
        scope_titles=scope_titles or {},
    )


def town(**options) -> Contents:
    """The town of the order over its five annual dates."""
    return make_contents(town_register(random.Random(7)), **({"scope_titles": {"NSH": "Новошахтинск"}} | options))


def region(institutions: int, dates: tuple[date, ...] = DATES, **options) -> Contents:
    """A region whose institutions report for `dates`."""
    register = region_register(random.Random(7), institutions)
    titles = {"61": "Ростовская область"} | {f"M{n:02}": f"Район № {n}" for n in range(12)}
    return make_contents(register, dates, **({"scope_titles": titles} | options))


def _count(rng: random.Random, indicator: tuple, place: Institution, as_of: date, eager: float) -> tuple:
    code, _, _, _, denominator_words, share = indicator
    reach = (0.13, 0.33, 0.46, 0.58, 0.72)[min(as_of.year - 2020, 4)] * eager * rng.uniform(0.9, 1.1)
    numerator = Decimal(int(min(1, reach) * place.enrolled * share))
    if code == "training_hours":
        numerator += Decimal("0.25") * rng.randint(0, 3)
    if denominator_words is None:
        return numerator, None
    return numerator, place.enrolled * 2 // 3 if code == PLAN_FULFILMENT else place.enrolled


def _targets(register: list[Institution], dates: tuple[date, ...]) -> list[dict]:
    municipal = {("municipality", i.municipality) for i in register}
    municipal |= {("kind", f"{i.municipality}/{i.kind}") for i in register}
    return [
        {"indicator": REPORTED_KPI, "scope_type": scope[0], "scope_code": scope[1], "as_of": as_of,
         "target_percent": target, "direction": "at_least", "source": None}
        for as_of in dates for scope in sorted(municipal)
        if (target := _target(REPORTED_KPI, *scope, as_of)) is not None
    ]  # fmt: skip


def _target(indicator: str, scope_type: str, scope_code: str, as_of: date) -> Decimal | None:
    if indicator != REPORTED_KPI or scope_type not in ("kind", "municipality") or (as_of.month, as_of.day) != (12, 31):
        return None
    order = 0 if scope_type == "municipality" else 1 if scope_code.endswith("/ОУ") else 2
    target = TARGETS[as_of.year][order]
    return None if target is None else Decimal(target)


NEXT = (date(2025, 12, 31), Decimal(80))  # a target beyond those of the order


def _plan(figures: pa.Table) -> Plan:
    targets: dict = {}
    for row in figures.to_pylist():
        if row["target"] is not None:
            scope = (row["indicator"], row["scope_type"], row["scope_code"])
            targets.setdefault(scope, dict([NEXT]))[row["as_of"]] = row["target"]
    return Plan(targets, frozenset(DATES))


def _indicator(code: str, title: str, unit: str, numerator: str, denominator: str | None) -> dict:
    wording = f"{title}: доля в процентах." if unit == PERCENT else f"{title}: количество."
    return {
        "code": code, "definition": "2020.1", "title": title, "wording": wording, "unit": unit,
        "numerator_words": numerator, "denominator_words": denominator, "source": "приказ № 632 от 28.08.2020, дорожная карта",
    }  # fmt: skip


def _state(rng: random.Random, code: str, as_of: date, absent: bool) -> dict:
    late = rng.random() < 0.1
    received = date(as_of.year + 1, 1, rng.randint(16, 25) if late else rng.randint(5, 15))
    return {
        "institution_code": code, "as_of": as_of,
        "state": MISSING if absent else LATE if late else ON_TIME, "received_on": None if absent else received,
    }  # fmt: skip


def _members() -> list[dict]:
    return [
        {
            "breakdown": "form", "definition": "2020.1", "place": place, "member": f"form_{place}", "member_title": form,
            "title": "Формы наставничества", "wording": "Пары отчётного года", "source": "форма 1.0",
        }
        for place, (form, *_) in enumerate(FORMS)
    ]  # fmt: skip


def _findings(dates: Iterable[date]) -> Iterator[dict]:
    shown = (
        ("wrong-snils", "error", "Неверная контрольная сумма СНИЛС", 4, 9),
        ("not-in-list", "error", "Значения нет в списке", 3, 5),
        ("no-pair", "warning", "Участник не входит ни в одну пару", 12, 160),
    )
    for as_of in dates:
        for rule, severity, title, deliveries, findings in shown:
            yield {
                "as_of": as_of, "rule": rule, "severity": severity, "title": title, "deliveries": deliveries, "findings": findings,
            }  # fmt: skip
