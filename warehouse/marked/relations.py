"""Relations between the parts of a workbook: which part a part names, and new ones."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from html import unescape

from warehouse.marked.comments import RELATIONSHIPS
from warehouse.marked.sheet_xml import Unusual, attribute, check_part, tag

PACKAGE = b"http://schemas.openxmlformats.org/package/2006/relationships"
EMPTY = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="%s"></Relationships>' % PACKAGE


@dataclass(frozen=True)
class Relation:
    """One relation of a part: its kind is the last word of its type."""

    id: str
    kind: str
    target: str  # name of a part; as written when it is outside the package


def relations_name(part: str) -> str:
    """Return the name of the part that holds the relations of another."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def read_relations(xml: bytes, part: str) -> list[Relation]:
    """Return the relations of a part; raise Unusual."""
    prefix = check_part(xml, b"Relationships")
    return [_relation(found[1], part) for found in tag(prefix, b"Relationship").finditer(xml)]


def _relation(attributes: bytes, part: str) -> Relation:
    values = {name: unescape((attribute(name, attributes) or b"").decode()) for name in ("Id", "Type", "Target")}
    target = values["Target"]
    if attribute("TargetMode", attributes) != b"External":
        target = target[1:] if target.startswith("/") else posixpath.join(posixpath.dirname(part), target)
        target = posixpath.normpath(target)
    return Relation(values["Id"], values["Type"].rpartition("/")[2], target)


def with_relation(xml: bytes, kind: str, target: str) -> tuple[bytes, str]:
    """Add a relation to a part of ours, named from the root of the package; return its id too."""
    prefix = check_part(xml, b"Relationships")
    taken = {attribute("Id", found[1]) for found in tag(prefix, b"Relationship").finditer(xml)}
    key = next(name for number in range(1, len(taken) + 2) if (name := f"rIdN{number}").encode() not in taken)
    end = xml.rfind(b"</%sRelationships>" % prefix)
    if end < 0:
        raise Unusual
    type_ = f"{RELATIONSHIPS.decode()}/{kind}"
    added = f'<{prefix.decode()}Relationship Id="{key}" Type="{type_}" Target="/{target}"/>'
    return xml[:end] + added.encode() + xml[end:], key


def with_types(xml: bytes, parts: dict[str, str], extensions: dict[str, str]) -> bytes:
    """Add the types of new parts, and of extensions not yet known, to the list of content types."""
    prefix = check_part(xml, b"Types")
    known = {(attribute("Extension", found[1]) or b"").lower() for found in tag(prefix, b"Default").finditer(xml)}
    p = prefix.decode()
    added = [
        f'<{p}Default Extension="{extension}" ContentType="{type_}"/>'
        for extension, type_ in extensions.items()
        if extension.encode() not in known
    ]
    added += [f'<{p}Override PartName="/{part}" ContentType="{type_}"/>' for part, type_ in parts.items()]
    end = xml.rfind(b"</%sTypes>" % prefix)
    if end < 0:
        raise Unusual
    return xml[:end] + "".join(added).encode() + xml[end:]
