"""What the environment is made of: its bill of materials, and whether anything in it came from nowhere.

`python -m deployments.supply sbom FILE` writes CycloneDX 1.6 JSON of all that requirements.lock pins for this machine;
`python -m deployments.supply check` ends with 1 and names what runs at the start of every Python though no pinned
package brought it, and what is installed otherwise than pinned. The same lock gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
import site
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCKS = (ROOT / "requirements.lock", ROOT / "bootstrap.lock")  # of this environment; the others have theirs
OWN = "nastavnik"
WITH_PYTHON = {"pip", "setuptools"}  # what `python -m venv` puts there itself
STARTERS = ("*.pth", "sitecustomize*", "usercustomize*")  # Python runs these before anything is imported
_PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_LOOSE = re.compile(r"^(?![\w.-]+(?:\[[^\]]*\])?==|\s|#|$)(.+)", re.MULTILINE)


@dataclass(frozen=True)
class Pinned:
    """One pinned package and the hashes of the files it may come in."""

    name: str
    version: str
    sha256: tuple[str, ...]


def pinned(lock: Path) -> list[Pinned]:
    """Read a lock; raise ValueError for a line without a version or a package without a hash."""
    text = lock.read_text(encoding="utf-8")
    if loose := _LOOSE.search(text):
        raise ValueError(f"{lock.name}: not pinned: {loose[1]}")
    starts = [*_PINNED.finditer(text)]
    ends = [found.start() for found in starts[1:]] + [len(text)]
    made = [
        Pinned(canonical(found[1]), found[2], tuple(_HASH.findall(text, found.end(), end)))
        for found, end in zip(starts, ends, strict=True)
    ]
    if bare := [one.name for one in made if not one.sha256]:
        raise ValueError(f"{lock.name}: without a hash: {', '.join(bare)}")
    return made


def canonical(name: str) -> str:
    """Spell a package's name the one way it is compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def bill() -> dict[str, object]:
    """Return the bill of materials: what is pinned and installed here; markers leave out other machines' packages."""
    own = distribution(OWN)
    parts = [one for one in pinned(LOCKS[0]) if _installed(one.name) == one.version]
    refs = [_purl(one.name, one.version) for one in parts]
    serial = hashlib.sha256(LOCKS[0].read_bytes()).hexdigest()
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial[:8]}-{serial[8:12]}-4{serial[13:16]}-8{serial[17:20]}-{serial[20:32]}",
        "version": 1,
        "metadata": {"component": _component(OWN, own.version, own, "application")},
        "components": [_component(one.name, one.version, distribution(one.name), "library") for one in parts],
        "dependencies": [{"ref": _purl(OWN, own.version), "dependsOn": refs}],
    }


def _component(name: str, version: str, found: Distribution, kind: str) -> dict[str, object]:
    purl = _purl(name, version)
    made: dict[str, object] = {"type": kind, "bom-ref": purl, "name": name, "version": version, "purl": purl}
    licence = found.metadata.get("License-Expression")
    return made | ({"licenses": [{"expression": licence}]} if licence else {})


def _purl(name: str, version: str) -> str:
    return f"pkg:pypi/{name}@{version}"


def _installed(name: str) -> str | None:
    try:
        return distribution(name).version
    except PackageNotFoundError:
        return None


def strangers() -> list[str]:
    """Return what is amiss in this environment, in English, a sentence each."""
    return [*_not_as_pinned(), *(f"{path} runs at every start, and no package brought it" for path in unowned())]


def _not_as_pinned() -> Iterator[str]:
    versions: dict[str, set[str]] = {}  # more than one where markers choose among Pythons
    for one in (one for lock in LOCKS for one in pinned(lock)):
        versions.setdefault(one.name, set()).add(one.version)
    for found in distributions(path=site.getsitepackages()):
        name = canonical(found.metadata["Name"])
        if name not in versions.keys() | WITH_PYTHON | {OWN}:
            yield f"{name} {found.version} is installed and not pinned"
        elif found.version not in versions.get(name, {found.version}):
            yield f"{name} {found.version} is installed, {', '.join(sorted(versions[name]))} is pinned"


def unowned(folders: Iterable[str] | None = None) -> Iterator[Path]:
    """Yield starters that no installed package lists among its files with the hash they have."""
    for folder in map(Path, folders or site.getsitepackages()):
        starters = {path for pattern in STARTERS for path in folder.glob(pattern)}
        if starters:
            yield from sorted(starters - _owned(folder, {path.name for path in starters}))


def _owned(folder: Path, names: set[str]) -> set[Path]:
    found = set()
    for one in distributions(path=[str(folder)]):
        for file in one.files or ():
            if file.name in names and file.hash is not None and len(file.parts) == 1:
                content = (folder / file.name).read_bytes()
                if file.hash.mode == "sha256" and file.hash.value == _record_hash(content):
                    found.add(folder / file.name)
    return found


def _record_hash(content: bytes) -> str:
    """Return a hash as a wheel's RECORD has it."""
    import base64

    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def main(words: list[str]) -> int:
    """Do what the command line says; return its exit code."""
    match words:
        case ["sbom", path]:
            Path(path).write_text(json.dumps(bill(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            return 0
        case ["check"]:
            amiss = strangers()
            sys.stderr.writelines(f"{line}\n" for line in amiss)
            return int(bool(amiss))
    sys.stderr.write(f"{__doc__}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
