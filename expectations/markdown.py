"""Pages in Markdown, written from the code by templates."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined


def page_templates(package: str) -> Environment:
    """Return the templates of a package's folder `pages`; what they name must be given."""
    templates = Environment(  # noqa: S701  (Markdown, not HTML, and nothing in it comes from outside)
        loader=PackageLoader(package, "pages"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters["cell"] = cell
    return templates


def cell(text: object) -> str:
    """Return text as it may stand in a cell of a Markdown table."""
    return str(text).replace("|", "\\|").replace("\n", " ")
