"""Keys and closed files: everything opens, and for its owner alone."""

from __future__ import annotations

import stat
from pathlib import Path

from warehouse.access.audit import anchored, audit_path, verify_audit
from warehouse.access.keyring import keyring_path, open_keyring
from warehouse.doctor.answers import Answer, Look, fail, ok, warn
from warehouse.installation.settings import Settings, Source
from warehouse.storage.vault import vault_file

OTHERS = 0o077  # rights of the group and of everybody


def keys(look: Look) -> Answer:
    """Does the master key open the keyring, and what is sealed?"""
    settings = look.settings
    ring = open_keyring(settings)
    if ring is None:
        return warn("связки ещё нет, данных тоже", "Она появится с первой командой, например nastavnik intake.")
    if ring.changing:
        return fail("смена ключей не закончена", "Закончите её: nastavnik keys rotate.")
    file = settings.key.file if settings.key.kind is Source.FILE else None
    if file is not None and file.stat().st_dev == settings.home.stat().st_dev and file.is_relative_to(settings.home):
        return warn(
            f"главный ключ {ring.masters[-1]} лежит рядом с данными",
            "Кто унёс папку, унёс и ключ. Держите его отдельно: NASTAVNIK_KEY_FILE или NASTAVNIK_KEY_COMMAND.",
        )
    return ok(f"главный ключ {ring.masters[-1]} подходит")


def modes(look: Look) -> Answer:
    """Are our files closed to others?"""
    wrong = [path for path in _closed(look.settings) if path.exists() and stat.S_IMODE(path.stat().st_mode) & OTHERS]
    if wrong:
        return fail(
            f"открыто другим: {', '.join(path.name for path in wrong)}", f"chmod go-rwx {' '.join(map(str, wrong))}"
        )
    return ok("открыты только владельцу")


def _closed(settings: Settings) -> list[Path]:
    own = [settings.received, settings.remains, keyring_path(settings), audit_path(settings), settings.run]
    own += [settings.backup] if settings.backup else []
    own += [settings.key.file] if settings.key.kind is Source.FILE else []
    if settings.embedded:
        own += [vault_file(settings), Path(settings.warehouse_url.removeprefix("duckdb:///"))]
    return own


def audit(look: Look) -> Answer:
    """Is the audit journal as it was written?"""
    lines, wrong = verify_audit(look.settings, anchored(look.settings))
    if wrong:
        return fail(
            f"не доказан: {wrong[0]}",
            "Сохраните audit.jsonl как есть, сверьте с последней копией и разберитесь, кто его правил.",
        )
    return ok(f"цел, строк {lines}")
