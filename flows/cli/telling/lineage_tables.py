"""Answers of explain and trace on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.cli.frame.screen import console, table

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from flows.cli.frame.layout import Grid
    from warehouse.lineage.explained import Explanation, Side
    from warehouse.lineage.listing import Place
    from warehouse.lineage.traced import Traced
    from warehouse.persons.doubt import Doubt

NOW, WHOLE = "сейчас", "вся сдача"
ROWS_DATIVE = ("строке", "строкам", "строкам")


def show_explanation(explained: Explanation, zone: ZoneInfo, doubtful: Doubt | None = None) -> None:
    """Show a figure: its definition, its numbers, where they come from, and how far the clerk's queue could move it."""
    from warehouse.indicators.people import DISTINCT
    from warehouse.lineage.words import SIDES

    out = console()
    for line in _definition(explained):
        out.print(line)
    if doubtful:
        from warehouse.persons.doubt import doubt_words

        out.print(f"Сомнительные пары (persons queue): {doubt_words(doubtful)}")
    single = explained.figure["scope_type"] == "institution"
    for (name, words), side in zip(SIDES.items(), explained.sides, strict=False):
        out.print(f"\n{words.capitalize()}: {_amount(side, explained.figure[name])}")
        if side.rows.num_rows:
            out.print(_places(side) if single else _institutions(side))
    if not single:
        if explained.indicator.numerator.source in DISTINCT:
            out.print(
                "Один и тот же бывает в нескольких организациях: их числа не обязаны складываться в число охвата."
            )
        out.print("Все строки и хеши файлов: --format csv")
    _show_sources(explained, zone)


def _definition(explained: Explanation) -> list[str]:
    from warehouse.lineage.words import conditions
    from warehouse.release.wording import NO, SCOPES, STATUSES, YES, day, number, percent

    one, figure = explained.indicator, explained.figure
    release = f"выпуск {explained.vintage.release}, " if explained.vintage.release else ""
    lines = [
        f"{one.title} ({one.code}, версия {one.definition})",
        f"{one.wording}.",
        f"Документ: {one.source}.",
        f"Охват: {SCOPES[figure['scope_type']]} {figure['scope_code']}; отчётная дата {day(figure['as_of'])}; "
        f"по сведениям: {release}запись журнала № {explained.vintage.seq}.",
    ]
    formula = " ÷ ".join(side.words for side in explained.sides) + (" × 100" if len(explained.sides) == 2 else "")
    lines += [f"Формула: {formula}."]
    lines += [f"  {side.words}: {'; '.join(conditions(side.measure))}." for side in explained.sides]
    if one.unit == "%":
        shown = percent(figure["value"], 2)
        lines.append(f"Значение: {number(figure['numerator'])} ÷ {number(figure['denominator'])} × 100 = {shown}")
    else:
        lines.append(f"Значение: {number(figure['numerator'])} {one.unit}")
    if figure["target"] is not None:
        met = {True: YES, False: NO, None: "судить нельзя"}[figure["meets_target"]]
        lines.append(f"Цель: {percent(figure['target'])}; достигнута: {met}")
    status = STATUSES[figure["status"]]
    lines.append(f"Статус: {status}; сдали {figure['reported']} из {figure['expected']} организаций")
    return lines


def _amount(side: Side, value: object) -> str:
    """«различных людей 31 по 40 строкам»."""
    from warehouse.indicators.people import DISTINCT
    from warehouse.lineage.listing import rows_named
    from warehouse.lineage.rows import adds
    from warehouse.release.wording import ABSENT, counted, number

    if value is None:
        return ABSENT
    if adds(side.measure):
        return f"{number(value)} по {counted(rows_named(side), ROWS_DATIVE)}"  # type: ignore[arg-type]
    different = number(len(side.rows["counted"].unique()))
    if side.measure.source not in DISTINCT:
        return f"различных организаций {different}"
    who = "партнёров" if side.measure.source == "partners" else "людей"
    return f"различных {who} {different} по {counted(rows_named(side), ROWS_DATIVE)}"


def _places(side: Side) -> Grid:
    """One institution: every sheet with its rows."""
    from warehouse.lineage.listing import PARTICIPANTS, places

    lines = []
    for place in places(side.rows):
        source = place.delivery or place.sheet or ""
        lines.append((source, place.sheet or WHOLE, _rows(place), _number(place, side)))
        if place.participant_rows:
            from expectations.rules.wording import compact_rows

            lines.append(("", PARTICIPANTS, compact_rows(place.participant_rows, most=None), ""))
    return table("", ("Сдача", "Лист", "Строки", _heading(side)), lines, right=(3,))


def _rows(place: Place) -> str:
    from expectations.rules.wording import compact_rows

    return compact_rows(place.rows, most=None) if place.rows else ", ".join(sorted(place.cells))


def _number(place: Place, side: Side) -> str:
    from warehouse.lineage.rows import adds
    from warehouse.release.wording import number

    return number(place.amount) if adds(side.measure) else number(len(place.counted))


def _heading(side: Side) -> str:
    from warehouse.indicators.people import DISTINCT
    from warehouse.lineage.rows import adds

    if adds(side.measure):
        return "Сумма"
    if side.measure.source == "partners":
        return "Партнёров"
    return "Людей" if side.measure.source in DISTINCT else "Организаций"


def _institutions(side: Side) -> Grid:
    """A larger scope: one line an institution and delivery, with counts."""
    from warehouse.lineage.listing import summary
    from warehouse.lineage.rows import adds
    from warehouse.release.wording import number

    counted = "amount" if adds(side.measure) else "different"
    lines = [
        (one["institution"], one["delivery"] or "", one["sheet"] or WHOLE, str(one["rows"] or ""), number(one[counted]))
        for one in summary(side.rows)
    ]
    return table("", ("Организация", "Сдача", "Лист", "Строк", _heading(side)), lines, right=(3, 4))


def _show_sources(explained: Explanation, zone: ZoneInfo) -> None:
    """Show the deliveries of one institution, and the reference files, with their hashes."""
    from warehouse.lineage.words import VERDICTS, stands_for
    from warehouse.release.wording import moment

    for line in stands_for({key: one.restates for key, one in explained.deliveries.items()}):
        console().print(line)
    if explained.figure["scope_type"] == "institution" and explained.deliveries:
        lines = [
            (key, one.institution, moment(one.received_at.astimezone(zone)), VERDICTS[one.verdict], one.sha256)
            for key, one in explained.deliveries.items()
            if one.received_at
        ]
        console().print(table("Сдачи", ("Сдача", "Организация", "Получена", "Решение", "Хеш файла, SHA-256"), lines))
    if explained.references:
        loads = [
            (name, moment(one.known_at.astimezone(zone)), one.sha256) for name, one in explained.references.items()
        ]
        console().print(table("Справочники", ("Файл", "Загружен", "Хеш файла, SHA-256"), loads))


def show_trace(traced: Traced, zone: ZoneInfo) -> None:
    """Show what became of a row, where its delivery is in force, and the figures it touched."""
    from warehouse.lineage.listing import said
    from warehouse.lineage.words import FATES, VERDICTS, held_words, restated_words
    from warehouse.release.wording import NO, YES, day, moment

    out, known = console(), traced.delivery
    received = moment(known.received_at.astimezone(zone))
    out.print(f"Сдача {known.delivery}: организация {known.institution_code}, отчётная дата {day(known.as_of)}")
    out.print(f"Получена {received}; {VERDICTS[known.verdict]}; хеш файла {known.sha256}")
    if traced.held is not None:
        out.print(held_words(traced.held, zone))
    for line in restated_words(traced.restated):
        out.print(line)
    if known.duplicate_of:
        out.print(f"Повторяет сдачу {known.duplicate_of}")
    out.print(f"Лист «{traced.sheet.title}», строка {traced.row}: {FATES[traced.fate]}")
    for finding in said(traced):
        out.print(f"  {finding['rule']}: {finding['message']}")
    if traced.sheet.vertical and traced.fate == "stored":
        out.print("Этот лист — одна запись; прослежена она целиком.")
    holds = [(release or NOW, YES if held else NO) for release, held in traced.holds.items()]
    out.print("Действует ли сдача на свою отчётную дату:")
    out.print(table("", ("Выпуск", "Действует"), holds))
    if traced.touched.num_rows:
        out.print(_touched(traced))
        out.print("Каждый показатель отдельной строкой: --format csv")
    elif traced.fate == "stored":
        out.print("Показателей строка не коснулась.")


def _touched(traced: Traced) -> Grid:
    """One line an indicator and side: its scopes and the releases, told together where they are the same."""
    from warehouse.indicators.definitions import definitions
    from warehouse.lineage.words import SIDES

    titles: dict[tuple[str, str, str], dict[str, list[str]]] = {}
    others: dict[tuple[str, str, str], int] = {}
    for row in traced.touched.to_pylist():
        key = (row["definition"], row["indicator"], row["side"])
        titles.setdefault(key, {}).setdefault(row["release"] or NOW, []).append(row["scope_code"])
        if row["other_deliveries"] is not None:
            others[key] = max(others.get(key, 0), row["other_deliveries"])
    lines = []
    for (version, code, side), releases in titles.items():
        title = next(one.title for one in definitions(version).indicators if one.code == code)
        scopes = ", ".join(dict.fromkeys(scope for found in releases.values() for scope in found))
        other = str(others[version, code, side]) if (version, code, side) in others else ""
        lines.append((f"{title} ({code})", SIDES[side], scopes, ", ".join(releases), other))
    headings = ("Показатель", "Где", "Охваты", "Выпуски", "Ещё в сдачах")
    return table("Коснулась показателей", headings, lines, right=(4,))
