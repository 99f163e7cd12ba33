"""The chart of an institution's page: its own series against the targets of its kind."""

from __future__ import annotations

import re
from decimal import Decimal

from warehouse.documents.drawing import ACCENT, INK, LEFT, LINE, MUTED, TARGET, Sheet
from warehouse.release.charts import describe, series_chart
from warehouse.release.overview import Institution, Overview, Scope
from warehouse.release.report_parts import series_of
from warehouse.release.wording import KINDS, STATES, STATUSES

WIDTH, SCALE, HEIGHT = 430, 0.62, 148  # of the chart as laid out; what it is drawn at; points it takes on the sheet
BESIDE = 360.0
COLOURS = {
    "accent": ACCENT, "ink": INK, "target": TARGET, "bounds": "#a9c6e8", "paper": "#fff", "line": LINE, "muted": MUTED,
}  # fmt: skip


def draw_chart(sheet: Sheet, overview: Overview, institution: Institution) -> None:
    """Draw the series with its legend beside."""
    points = []
    kind = f"{institution.municipality}/{institution.kind}"
    for as_of, figure in series_of(overview, institution.scope):
        of_kind = overview.figure(Scope("kind", kind, kind), as_of)
        points.append((as_of, figure._replace(target=of_kind.target if of_kind else None)))
    if not points:
        return
    title = institution.scope.title
    drawing = str(series_chart(points, Decimal(100), WIDTH, describe(title, points)))
    sheet.place(_plain(drawing), LEFT, sheet.top + 4, SCALE)
    top, sheet.top = sheet.top, sheet.top + 24
    for text, colour in (
        ("Доля вовлечённых обучающихся", ACCENT),
        (f"Цель: {KINDS.get(institution.kind, institution.kind).lower()}", TARGET),
    ):
        sheet.text(BESIDE, text, 8.5, colour)
        sheet.top += 13
    if (now := overview.figure(institution.scope)) is not None:
        sheet.text(BESIDE, f"Показатель {STATUSES[now.status]}; сведения: {STATES[institution.state]}", 8.5, MUTED)
    sheet.top = top + HEIGHT


def _plain(drawing: str) -> str:
    """Fix what a web page's style would give, colours and the face; letters of one weight."""
    for name, colour in COLOURS.items():
        drawing = drawing.replace(f"var(--{name})", colour)
    drawing = re.sub(r"<title>.*?</title>", "", drawing, flags=re.DOTALL)
    drawing = re.sub(r' font-(?:family|weight)="[^"]*"', "", drawing)
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawing)
    assert size is not None
    return drawing.replace('class="chart" role="img"', f'width="{size[1]}" height="{size[2]}"')
