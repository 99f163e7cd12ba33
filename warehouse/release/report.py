"""The report of a release, report.html: one self-contained page for people who rather look than read."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from warehouse.release import wording
from warehouse.release.changes import by_scope, public_notes
from warehouse.release.contents import PROVISIONAL, Contents
from warehouse.release.marks import bar, sparkline
from warehouse.release.overview import overview_of, told
from warehouse.release.report_breakdowns import MEASURES, tables_of
from warehouse.release.report_parts import (
    completeness_map,
    findings_now,
    indicator_rows,
    missing_of,
    panels_of,
    ranking_of,
    series_rows,
)
from warehouse.release.report_revisions import revisions_of
from warehouse.release.report_trajectory import ways_of
from warehouse.release.trajectory_words import ASSUMPTIONS, METHODS
from warehouse.revisions.causes import CAUSES

HERE = Path(__file__).parent


def write_report(contents: Contents, path: Path) -> None:
    """Write report.html."""
    path.write_text(render_report(contents), encoding="utf-8")


def render_report(contents: Contents) -> str:
    """Render the page; every text of the contents is escaped and only our own style and script may run."""
    style, script = ((HERE / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    template = _environment().get_template("report.html.j2")
    return template.render(
        _told(contents) | {"style": Markup(style), "script": Markup(script), "policy": _policy(style, script)}
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        name: getattr(wording, name)
        for name in ("number", "percent", "change", "signed", "day", "moment", "counted", "noun")
    }
    words = {
        name: getattr(wording, name)
        for name in (
            "STATUSES",
            "STATES",
            "SEVERITIES",
            "KINDS",
            "PERSONS",
            "INSTITUTIONS",
            "OF_INSTITUTIONS",
            "OF_STUDENTS",
        )
    }
    environment.globals |= words | {"sparkline": sparkline, "bar": bar, "told": told, "HIDDEN": wording.HIDDEN}
    environment.globals |= {"MEASURES": MEASURES, "METHODS": METHODS, "CAUSES": CAUSES}
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
        "series": series,
        "targets": any(figure.target is not None for *_, figure in series),
        "provisionals": any(figure.status == PROVISIONAL for *_, figure in series),
        "ranking": ranking_of(overview),
        "missing": missing_of(overview),
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
