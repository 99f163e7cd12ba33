"""Small inline drawings of table rows: a history line, a bar with its target, a step from before to after."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from markupsafe import Markup

WIDTH, HEIGHT = 84, 22
EDGE = 3  # room for the last point
STEP_WIDTH, ROOM = 140, 4  # of a step, and room for its points


def sparkline(history: Sequence[Decimal | None], ceiling: Decimal) -> Markup:
    """Draw the values from 0 to `ceiling`, a gap where there is none."""
    step = (WIDTH - 2 * EDGE) / max(1, len(history) - 1)
    points = [
        None
        if value is None
        else (EDGE + step * place, HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * float(min(value, ceiling) / ceiling))
        for place, value in enumerate(history)
    ]
    path, pen = "", "M"
    for point in points:
        if point is not None:
            path += f"{pen}{point[0]:.0f} {point[1]:.1f}"
        pen = "M" if point is None else "L"
    if not path:
        return Markup("")
    x, y = next(point for point in reversed(points) if point is not None)
    dot = f'<circle cx="{x:.0f}" cy="{y:.1f}" r="2.5"/>'
    return Markup(f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true"><path d="{path}"/>{dot}</svg>')


def bar(value: Decimal | None, target: Decimal | None, ceiling: Decimal) -> Markup:
    """Draw a value as a bar out of `ceiling` and its target as a tick."""
    if value is None:
        return Markup("")
    tick = "" if target is None else f'<path d="M{100 * target / ceiling:.1f} 0v10"/>'
    return Markup(
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect y="2" width="{100 * min(value, ceiling) / ceiling:.1f}" height="6"/>{tick}</svg>'
    )


def step(before: float | None, after: float | None, lowest: float, highest: float) -> Markup:
    """Draw two values on one scale: where it was, hollow, and where it is."""
    if before is None or after is None:
        return Markup("")
    was, now = (ROOM + (STEP_WIDTH - 2 * ROOM) * (one - lowest) / (highest - lowest) for one in (before, after))
    return Markup(
        f'<svg class="step" viewBox="0 0 {STEP_WIDTH} 10" aria-hidden="true"><path d="M{ROOM} 5H{STEP_WIDTH - ROOM}"/>'
        f'<path class="way" d="M{was:.1f} 5H{now:.1f}"/><circle class="was" cx="{was:.1f}" cy="5" r="3"/>'
        f'<circle cx="{now:.1f}" cy="5" r="3.5"/></svg>'
    )
