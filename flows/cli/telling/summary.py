"""What a demonstration came to: the series against its targets, who is missing, where to look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.cli.frame.screen import console, printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

BAR = 25  # characters of 100 %: a line fits into 80 columns
MOST_NAMED = 5  # institutions that are named; how many more is told
MET, UNMET, FAINT = "green", "yellow", "dim"
Row = dict[str, Any]  # of kpi.parquet


def show_summary(home: Path, release: Path, out: Console | None = None) -> None:
    """Show a release of a demonstration in its home; on the screen where no other place is given."""
    from warehouse.synthetic.demo import missing_institutions, reported_series

    out = out or console()
    series: list[Row] = sorted(reported_series(release), key=_place)
    out.print(_heading("Доля обучающихся, вовлечённых в наставничество"))
    for code, rows in groupby(series, lambda row: row["scope_code"]):
        out.print(_line(f"  {scope_words(code)}", "bold"))
        for row in rows:
            out.print(series_line(row))
    out.print(_heading("Кого не хватает"))
    last = max(row["as_of"] for row in series)
    out.print(f"  {missing_words(last, missing_institutions(release, last))}")
    for row in series:
        if row["as_of"] == last and row["target"] is not None:
            out.print(f"  {reach_words(row)}")
    _show_places(out, home, release)


def _place(row: Row) -> tuple[str, date]:
    return row["scope_code"], row["as_of"]


def _heading(words: str) -> Text:
    return _line(f"\n{words}", "bold cyan")


def _line(words: str, style: str) -> Text:
    from rich.text import Text

    return Text(printable(words), style=style, no_wrap=True, overflow="ignore")


def scope_words(code: str) -> str:
    """Name a kind of institutions with its code; another scope is its code."""
    from warehouse.release.wording import KINDS

    name = KINDS.get(code.rpartition("/")[2])
    return f"{name} ({code})" if name else code


def series_line(row: Row) -> Text:
    """Draw one figure: date, bar with the target's mark, share, target and whether it is met."""
    from rich.text import Text

    from warehouse.release.wording import day, percent

    colour = UNMET if row["meets_target"] is False else MET
    line = Text(f"  {day(row['as_of'])}  ", no_wrap=True, overflow="ignore")
    for place, sign in enumerate(bar(row["value"], row["target"])):
        reached = row["value"] is not None and place < _signs(row["value"])
        line.append(sign, style=colour if reached else FAINT)
    line.append(f" {percent(row['value'], 2):>8}", style=f"bold {colour}")
    if row["target"] is not None and row["value"] is not None:
        verdict = "достигнута" if row["meets_target"] else "не достигнута"
        line.append(f"  цель {percent(row['target'])} ", style=FAINT).append(verdict, style=colour)
    return line


def bar(value: Any, target: Any) -> str:
    """Return a bar of `BAR` characters for a share, with a mark where its target is."""
    full = 0 if value is None else _signs(value)
    signs = ["━"] * full + ["─"] * (BAR - full)
    if target is not None:
        signs[max(0, _signs(target) - 1)] = "│"
    return "".join(signs)


def _signs(percent: Any) -> int:
    return min(BAR, round(float(percent) * BAR / 100))


def missing_words(as_of: date, missing: list[str]) -> str:
    """Tell which institutions have sent nothing for a date."""
    from warehouse.release.wording import INSTITUTIONS, counted, day, noun

    if not missing:
        return f"На {day(as_of)} сдали все организации."
    more = len(missing) - MOST_NAMED
    named = ", ".join(missing[:MOST_NAMED]) + (f" и ещё {more}" if more > 0 else "")
    verb = noun(len(missing), ("сдала", "сдали", "сдали"))
    return f"На {day(as_of)} не {verb} {counted(len(missing), INSTITUTIONS)}: {named}."


def reach_words(row: Row) -> str:
    """Tell how many people a scope lacks to its target, or has beyond it."""
    from warehouse.indicators.trajectory import people_missing
    from warehouse.release.wording import PERSONS, counted, percent

    lacks = people_missing(int(row["numerator"]), row["denominator"], row["target"])
    reached = f"до цели {percent(row['target'])}"
    told = f"{reached} не хватает {counted(lacks, PERSONS)}" if lacks else f"{reached} хватает всех"
    return f"{scope_words(row['scope_code'])}: {told}."


def _show_places(out: Console, home: Path, release: Path) -> None:
    out.print(_heading("Где смотреть"))
    out.print(_line(f"  {home}", FAINT))
    for title, path in _places(home, release):
        line = _line(f"    {title:<21}", "none")
        out.print(line.append(str(path), style="cyan"))


def _places(home: Path, release: Path) -> Iterator[tuple[str, Path]]:
    inside = release.relative_to(home)
    yield "отчёт", inside / "report.html"
    yield "книга с графиками", inside / "kpi.xlsx"
    yield "показатели", inside / "kpi.csv"
    yield "протоколы школам", Path("receipts")
