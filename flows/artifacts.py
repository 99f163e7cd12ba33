"""The tables a run leaves in Prefect: counts, codes of the register, figures; never a person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from flows.standing import left_words, rows_of, title_words, totals_words
from warehouse.ingestion.batch import Line
from warehouse.mail.posting import Posted

if TYPE_CHECKING:
    from warehouse.restatement.backfill import Plan

Row = dict[str, object]
VERDICTS = {
    "accepted": "принято",
    "accepted_with_errors": "принято с ошибками",
    "rejected": "отклонено",
    "duplicate": "повторов",
}
FOREIGN = "в чужую папку"
HELD = "удержано"
UNREGISTERED = "не из реестра"  # a folder may be called anything, after a person too
ALL = "всего"


def intake_rows(
    lines: Iterable[Line], registered: set[str], foreign: Container[str] = (), held: Container[str] = ()
) -> list[Row]:
    """Count deliveries by institution and verdict, those held, those of another than their folder; the total first."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        code = line.institution_code if line.institution_code in registered else UNREGISTERED
        for counted in (counts[code], counts[ALL]):
            counted[line.verdict] += 1
            counted[HELD] += line.delivery in held
            counted[FOREIGN] += line.delivery in foreign
    order = sorted(counts, key=lambda code: (code != ALL, code == UNREGISTERED, code))
    words = VERDICTS | {HELD: HELD, FOREIGN: FOREIGN}
    return [{"организация": code} | {word: counts[code][key] for key, word in words.items()} for code in order]


def kpi_rows(figures: pa.Table, reported: str) -> list[Row]:
    """Set the reported indicator against its targets, wherever it has one."""
    chosen = figures.filter(pc.and_(pc.equal(figures["indicator"], reported), pc.is_valid(figures["target"])))
    return [_figure(row) for row in chosen.sort_by([("as_of", "ascending"), ("scope_code", "ascending")]).to_pylist()]


def _figure(row: dict) -> Row:
    met = {True: "да", False: "нет", None: ""}[row["meets_target"]]
    return {
        "отчётная дата": _date(row["as_of"]),
        "охват": row["scope_code"],
        "показатель, %": _decimal(row["value"]),
        "цель, %": _decimal(row["target"]),
        "цель достигнута": met,
        "сдали": f"{row['reported']} из {row['expected']}",
        "итог": {"final": "окончательно", "provisional": "предварительно"}[row["status"]],
    }


def letter_rows(posted: Posted) -> list[Row]:
    """Count letters by what became of them."""
    return [
        {"письма": "отправлены", "число": posted.sent},
        {"письма": "оставлены в папке: некуда отправить", "число": posted.kept},
        {"письма": "адрес не принят сервером", "число": posted.refused},
        {"письма": "отложены сервером до следующего раза", "число": posted.postponed},
    ]


def status_rows(standing: dict) -> list[Row]:
    """List how every institution stands, as `nastavnik status` words it; of folders outside the register a count."""
    rows: list[Row] = [
        {"отчётная дата": _date(date.fromisoformat(one["as_of"])), **row}
        for one in standing["dates"]
        for row in rows_of(one)
    ]
    known = {entry["code"] for one in standing["dates"] for entry in one["institutions"]}
    headings = dict.fromkeys(rows[0] if rows else (), "")
    if strange := sum(files for folder, files in standing["waiting"].items() if folder not in known):
        rows.append({**headings, "код": UNREGISTERED, "состояние": f"в папках приёма файлов: {strange}"})
    return rows


def status_words(standing: dict) -> str:
    """Tell the totals of every reporting date, and what was left in the channels."""
    dates = [f"{title_words(one)}. {totals_words(one)}" for one in standing["dates"]] or ["Дат пока нет."]
    return "\n\n".join([*dates, *filter(None, [left_words(standing)])])


def release_rows(folder_name: str | None, as_of: date | None) -> list[Row]:
    """Name what was released; None where nothing was due."""
    if folder_name is None:
        return [{"выпуск": "нет даты, которую пора выпускать"}]
    return [{"выпуск": folder_name, "отчётная дата": _date(as_of)}]


def plan_rows(planned: Plan) -> list[Row]:
    """List what a backfill would do."""
    tried = planned.restatement
    rules: list[Row] = [{"что": "принять правила", "сколько": tried.adopted}] if tried.adopted else []
    turned: list[Row] = [
        {"что": f"пересмотреть: {one.institution_code}, {_date(one.as_of)}",
         "сколько": f"{VERDICTS[one.before]} → {VERDICTS[one.after]}"}
        for one in tried.turned
    ]  # fmt: skip
    moved: list[Row] = [
        {"что": f"доля, %: {one.scope_code}, {_date(one.as_of)}",
         "сколько": f"{_decimal(one.before) or 'нет'} → {_decimal(one.after) or 'нет'}"}
        for one in planned.figures
    ]  # fmt: skip
    computed: list[Row] = [{"что": "вычислить показатели", "сколько": _date(day)} for day in tried.dates]
    taken: list[Row] = [{"что": "принять файлов", "сколько": str(planned.waiting)}]
    return [*taken, *rules, *turned, *moved, *computed]


def _date(day: date | None) -> str:
    return f"{day:%d.%m.%Y}" if day else ""


def _decimal(number: object) -> str:
    return "" if number is None else str(number).replace(".", ",")
