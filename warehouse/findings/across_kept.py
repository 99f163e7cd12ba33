"""Findings across submissions, kept in a file until anything that they follow from is another.

They follow from the journal, the vault and the code. A region's take ten seconds of processor time to find.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import sqlalchemy as sa

from expectations.rules.wording import Finding
from warehouse.findings.across import findings_across
from warehouse.indicators.knowledge import Knowledge
from warehouse.installation.durable import write_durably
from warehouse.installation.home import Home, version
from warehouse.journal.journal import last_entry
from warehouse.storage.vault import may_read, sealed_rows

Across = dict[str, list[Finding]]  # by delivery


def kept_findings_across(home: Home, connection: sa.Connection) -> Across:
    """Return what `findings_across` finds as known now, from the last time where nothing has changed since."""
    basis, path = _basis(home, connection), home.settings.run / "across.json"
    if (kept := _read(path, basis)) is not None:
        return kept
    entry = last_entry(connection)
    found = findings_across(connection, home.vault, Knowledge.at(entry.seq if entry else 0))
    content = json.dumps({"basis": basis, "found": found}, ensure_ascii=False)
    write_durably(path, content.encode())
    return found


def _basis(home: Home, connection: sa.Connection) -> str:
    """Name all that the findings follow from; an interrupted erasure empties the vault after its entry."""
    rows = sealed_rows()
    with home.vault.engine.connect() as vault:
        readable = may_read(home.vault)
        counted = sa.select(sa.func.count(), sa.func.sum(rows.c.rows))
        sealed = tuple(vault.execute(counted).one()) if readable else ()
    told = repr((version(), home.settings.warehouse_url, last_entry(connection), readable, sealed))
    return hashlib.sha256(told.encode()).hexdigest()


def _read(path: Path, basis: str) -> Across | None:
    if not path.exists():
        return None
    kept = json.loads(path.read_bytes())
    if kept["basis"] != basis:
        return None
    return {delivery: [Finding(*one) for one in findings] for delivery, findings in kept["found"].items()}
