"""XML parts of workbooks: refused when unsafe, walked when not."""

from __future__ import annotations

from collections.abc import Callable
from xml.parsers import expat

from expectations.reading.refusal import unreadable

_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")  # those an XML parser takes besides one-byte ones
_MARKS = tuple(mark.encode(encoding) for mark in ("<!DOCTYPE", "<!ENTITY") for encoding in _ENCODINGS)

Start = Callable[[str, dict[str, str]], None]
Text = Callable[[str], None]


def check_xml(part: bytes) -> None:
    """Refuse a part that declares a document type or entities: no workbook does, and a bomb must."""
    # One sign is sought ten times faster than a word, and few parts have it.
    if b"!" in part and any(mark in part for mark in _MARKS):
        raise unreadable("в книге объявлены сущности XML, это небезопасно")


def walk_xml(
    part: bytes,
    start: Start,
    end: Text | None = None,
    text: Text | None = None,
    *,
    separator: str | None = None,
) -> None:
    """Walk a part that was checked, calling back for tags and text.

    With a `separator` tags are «namespace + separator + name», without one «prefix:name».
    """
    parser = expat.ParserCreate(namespace_separator=separator)
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler, parser.CharacterDataHandler = end, text
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, ValueError, LookupError):  # the last for an encoding nobody knows
        raise unreadable("книга повреждена: её XML не читается") from None
