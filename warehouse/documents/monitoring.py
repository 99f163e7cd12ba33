"""The monitoring report: what a release says, laid into a Word template that the department may replace."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from warehouse.documents.told import told_of
from warehouse.installation.settings import Misconfigured
from warehouse.release.contents import Contents

TEMPLATE = "monitoring.docx"
STAMP = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can name: the bytes tell no time of their making


def render_monitoring(contents: Contents, template: Path | None = None) -> bytes:
    """Fill the monitoring report, .docx; equal contents and template give equal bytes.

    `template` stands in for ours. Raises Misconfigured where it is no Word template or asks for what there is not.
    """
    if template is not None:
        return _filled(contents, template)
    with as_file(files("warehouse.documents") / "templates" / TEMPLATE) as ours:
        return _filled(contents, ours)


def _filled(contents: Contents, template: Path) -> bytes:
    from docx.opc.exceptions import PackageNotFoundError
    from docxtpl import DocxTemplate
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)  # a template may come by mail
    try:
        document = DocxTemplate(template)
        document.render(told_of(contents), environment)
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError) as error:
        raise Misconfigured(f"{template.name}: не документ Word.") from error
    except TemplateError as error:
        raise Misconfigured(f"{template.name}: образец не заполняется: {error.message}.") from error
    _date(document.docx.core_properties, contents)
    written = io.BytesIO()
    document.save(written)
    return _still(written.getvalue())


def _date(properties: Any, contents: Contents) -> None:
    known = contents.known_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    properties.title = f"Отчёт о мониторинге наставничества, выпуск {contents.release}"
    properties.author = properties.last_modified_by = ""
    properties.created = properties.modified = known


def _still(document: bytes) -> bytes:
    """Write the same parts in one order and at one time."""
    still = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as made, zipfile.ZipFile(still, "w", zipfile.ZIP_DEFLATED) as kept:
        first = "[Content_Types].xml"
        for name in sorted(made.namelist(), key=lambda name: (name != first, name)):
            kept.writestr(zipfile.ZipInfo(name, STAMP), made.read(name), zipfile.ZIP_DEFLATED)
    return still.getvalue()
