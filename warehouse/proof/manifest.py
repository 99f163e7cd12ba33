"""The manifest of a release: one spelling only, sealed with the hash of itself."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

MANIFEST, SIGNATURE = "manifest.json", "signature.json"
MANIFEST_VERSION = 3
SEAL = "seal"
READ = ("release", "as_of", "figures", "figures_sha256", "files")  # what `verify` needs


def render(record: dict[str, Any]) -> bytes:
    """Spell a record as JSON the one way it is ever written."""
    return (json.dumps(record, ensure_ascii=False, indent=2) + "\n").encode()


def sealed(manifest: dict[str, Any]) -> bytes:
    """Return the bytes of a manifest with its seal: the hash of what it says without the seal."""
    return render(manifest | {SEAL: hashlib.sha256(render(manifest)).hexdigest()})


def read_manifest(folder: Path) -> tuple[dict[str, Any] | None, list[str]]:
    """Read the manifest of a release; return it unless it is of no use, and in Russian what is wrong with it."""
    try:
        content = (folder / MANIFEST).read_bytes()
        manifest = json.loads(content.decode())
        version = manifest["manifest_version"]
    except FileNotFoundError:
        return None, [f"Нет файла {MANIFEST}: это не выпуск или он не дописан."]
    except (ValueError, KeyError, TypeError):
        return None, [f"{MANIFEST}: файл повреждён."]
    if version != MANIFEST_VERSION:
        return None, [f"{MANIFEST}: версия описи не {MANIFEST_VERSION}; нужна другая версия программы."]
    if not all(name in manifest for name in READ) or not _lists_files(manifest["files"]):
        return None, [f"{MANIFEST}: файл повреждён."]
    unsealed = {name: value for name, value in manifest.items() if name != SEAL}
    return manifest, [] if sealed(unsealed) == content else [f"{MANIFEST}: опись изменена после выпуска."]


def _lists_files(files: Any) -> bool:
    return isinstance(files, dict) and all(
        isinstance(entry, dict) and entry.keys() == {"sha256", "bytes"} for entry in files.values()
    )
