"""Files judged as intake would, in one batch, and the evidence of each."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path

from expectations.form import FORM
from expectations.judge import judge
from expectations.reading.container import ZIP, read_bytes, read_pages
from expectations.reading.headings import Headings
from expectations.reading.limits import Limits
from expectations.reading.reading import Reading, read_delivery
from expectations.rules.wording import Finding
from expectations.staging import Staged, Staging
from warehouse.ingestion.judging import judging_context
from warehouse.installation.home import Home
from warehouse.journal.journal import known_by
from warehouse.marked.book import WORKBOOK, Book
from warehouse.marked.evidence import Evidence
from warehouse.marked.gathering import gather
from warehouse.marked.marking import _staged
from warehouse.marked.plain import workbook_of

KEY = bytes(range(32))


def judged(home: Home, files: list[tuple[Path, str, date]]) -> list[tuple[Reading, list[Finding]]]:
    """Judge files, each with its folder and the day it came, as one batch."""
    readings = [read_delivery(path, KEY, Limits()) for path, _, _ in files]
    staged = [
        Staged(str(n), folder, on, *reading)
        for n, (reading, (_, folder, on)) in enumerate(zip(readings, files, strict=True))
    ]
    with home.reading() as connection:
        context = judging_context(connection, [one.folder for one in staged], known_by(connection, None))
    with Staging() as staging:
        staging.load(staged, context)
        judge(staging)
        columns = ", ".join(f'"{name}"' for name in Finding._fields)
        rows = staging.run(f'SELECT delivery, {columns} FROM findings ORDER BY sheet, "row", letter, rule, detail')
    found: dict[str, list[Finding]] = defaultdict(list)
    for delivery, *finding in rows:
        found[delivery].append(Finding(*finding))
    return [(reading, found[str(n)]) for n, reading in enumerate(readings)]


def evidence_of(path: Path, reading: Reading, findings: list[Finding], folder: Path) -> Evidence:
    """Gather the evidence as the marking process does."""
    content = read_bytes(path, Limits())
    if not content.startswith(ZIP) or WORKBOOK.encode() not in content:
        content = workbook_of(read_pages(path, Limits(), Headings(FORM), lambda title: True), folder)
    return gather(Book(content, Limits()), findings, _staged(reading))
