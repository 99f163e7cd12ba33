"""The report of a release, report.html: one self-contained page for people who rather look than read."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from warehouse.release import wording
from warehouse.release.changes import by_scope, public_notes
from warehouse.release.contents import PROVISIONAL, Contents
from warehouse.release.marks import bar, sparkline, step
from warehouse.release.overview import overview_of, told, waiting_of
from warehouse.release.programme_rows import DOCUMENT_STATES
from warehouse.release.report_breakdowns import MEASURES, OF_ENROLLED, tables_of
from warehouse.release.report_order import order_of, plan_of
from warehouse.release.report_parts import (
    completeness_map,
    findings_now,
    former_of,
    indicator_rows,
    missing_of,
    panels_of,
    ranking_of,
    series_rows,
)
from warehouse.release.report_programme import activity_of, measures_of, quality_of, satisfaction_by_role
from warehouse.release.report_revisions import revisions_of
from warehouse.release.report_trajectory import ways_of
from warehouse.release.trajectory_words import ASSUMPTIONS, METHODS
from warehouse.revisions.causes import CAUSES

PAGES = files("warehouse.release") / "pages"
FILTERS = (
    "number", "percent", "change", "signed", "day", "moment", "counted", "noun", "mean", "amount", "gain", "unbroken",
)  # fmt: skip
WORDS = (
    "STATUSES", "STATES", "SEVERITIES", "KINDS", "PERSONS", "INSTITUTIONS", "OF_INSTITUTIONS", "OF_STUDENTS", "HIDDEN",
)  # fmt: skip


def write_report(contents: Contents, path: Path) -> None:
    """Write report.html."""
    path.write_text(render_report(contents), encoding="utf-8")


def render_report(contents: Contents) -> str:
    """Render the page; every text of the contents is escaped and only our own style and script may run."""
    style, script = ((PAGES / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    template = _environment().get_template("report.html.j2")
    return template.render(
        _told(contents) | {"style": Markup(style), "script": Markup(script), "policy": _policy(style, script)}
    )


@cache  # to compile the page's templates takes as long as to fill them
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("warehouse.release", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {name: getattr(wording, name) for name in FILTERS}
    environment.globals |= {name: getattr(wording, name) for name in WORDS}
    environment.globals |= {"sparkline": sparkline, "bar": bar, "step": step, "told": told}
    environment.globals |= {"MEASURES": MEASURES, "OF_ENROLLED": OF_ENROLLED, "METHODS": METHODS, "CAUSES": CAUSES}
    environment.globals |= {"DOCUMENT_STATES": DOCUMENT_STATES}
    return environment


def _told(contents: Contents) -> dict[str, Any]:
    overview = overview_of(contents)
    headline, series = overview.figure(overview.top), series_rows(overview)
    return {
        "contents": contents,
        "overview": overview,
        "headline": headline,
        "provisional": headline is not None and headline.status == PROVISIONAL,
        "panels": panels_of(overview),
        "former": {scope: former_of(overview, scope) for scope in (overview.top, *overview.kinds)},
        "series": series,
        "targets": any(figure.target is not None for *_, figure in series),
        "provisionals": any(figure.status == PROVISIONAL for *_, figure in series),
        "ranking": ranking_of(overview),
        "plan": plan_of(overview),
        "order": order_of(overview),
        "activity": activity_of(overview),
        "satisfaction": satisfaction_by_role(overview),
        "measures": measures_of(overview),
        "quality": quality_of(overview),
        "missing": missing_of(overview),
        "waiting": waiting_of(overview),
        "breakdowns": tables_of(overview),
        "ways": ways_of(overview),
        "assumptions": ASSUMPTIONS,
        "completeness": completeness_map(overview),
        "indicators": indicator_rows(overview),
        "findings": findings_now(contents),
        "breaks": by_scope(contents.breaks),
        "revisions": revisions_of(overview),
        "definitions": contents.indicators.to_pylist(),
        "public_notes": public_notes(contents),
    }


def _policy(style: str, script: str) -> str:
    """Allow this very style and script and nothing else: no request, no frame, no form."""
    style_hash, script_hash = (b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script))
    allowed = f"style-src 'sha256-{style_hash}'; script-src 'sha256-{script_hash}'"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
