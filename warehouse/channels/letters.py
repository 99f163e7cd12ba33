"""Letters with books: who sent one, by whose word, and which of its parts are files."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from warehouse.channels.channel import Unreachable
from warehouse.mail.address import is_address

COLUMNS = ["institution", "address"]
ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".zip")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\((?:[^()\\]|\\.)*\)', re.DOTALL)
_RESULT = re.compile(r"^\s*(dmarc|dkim|spf)\s*=\s*pass\b(.*)$", re.IGNORECASE | re.DOTALL)
_PROPERTY = re.compile(r"(?<!\S)(header\.from|header\.d|header\.i|smtp\.mailfrom)\s*=\s*(\S+)", re.IGNORECASE)
PROVING = {"dmarc": {"header.from"}, "dkim": {"header.d", "header.i"}, "spf": {"smtp.mailfrom"}}


def read_senders(path: Path) -> dict[str, str]:
    """Read who sends from which address, `institution,address`; raise Unreachable where that is not plain."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head, *lines = csv.reader(file)
        rows = [(institution.strip(), address.strip().lower()) for institution, address in lines]
        if head != COLUMNS:
            raise ValueError
    except (OSError, ValueError, csv.Error):
        raise Unreachable("список адресов не читается: нужен файл CSV со столбцами institution,address.") from None
    senders: dict[str, str] = {}
    for number, (institution, address) in enumerate(rows, start=2):
        if not institution or not is_address(address) or senders.setdefault(address, institution) != institution:
            raise Unreachable(f"список адресов, строка {number}: нет кода, это не адрес, или он у двух организаций.")
    return senders


def sender_of(letter: EmailMessage, senders: dict[str, str], authority: str) -> str | None:
    """Return the institution of a letter's one author; None for a stranger, and where `authority` does not prove it.

    Anybody may write any «From»: our own mail server says in a header of its name whether the author's domain sent it.
    """
    try:
        author = _author(letter)
        proved = authority == "none" or _proved(letter, author.rpartition("@")[2], authority)
    except Exception:  # noqa: BLE001 (the library fails in many ways on what strangers write: it is nobody's letter)
        return None
    return senders.get(author) if proved else None


def _author(letter: EmailMessage) -> str:
    """Return the only address of the only «From»; nothing where there are more."""
    headers = letter.get_all("From", [])
    authors = [one.addr_spec.lower() for header in headers for one in header.addresses]
    return authors[0] if len(headers) == len(authors) == 1 else ""


def _proved(letter: EmailMessage, domain: str, authority: str) -> bool:
    """Whether the topmost word of the authority is that the author's own domain sent the letter."""
    for name, header in letter.raw_items():  # as it came: decoded, an address of a stranger's may spell `; dkim=pass`
        plain = _plain(str(header)) if name.lower() == "authentication-results" else ""
        named, *results = plain.split(";")
        if named.split()[:1] == [authority]:  # headers are put on top: what lies below may be the sender's own
            nested = set(plain) & set('()"\\')  # a comment within another: nothing is proved
            return not nested and any(_passed(result, domain) for result in results)
    return False


def _plain(header: str) -> str:
    """Take comments and quoted words out: a stranger chooses what stands in them, `;` and `dkim=pass` too."""
    return _QUOTED.sub(lambda found: "quoted" if found[0].startswith('"') else " ", header)


def _passed(result: str, domain: str) -> bool:
    if (found := _RESULT.match(result)) is None:
        return False
    properties = PROVING[found[1].lower()]
    said = {
        value.lower().rpartition("@")[2] for name, value in _PROPERTY.findall(found[2]) if name.lower() in properties
    }
    return said == {domain}


@dataclass(frozen=True)
class Part:
    """One part of a letter that may be a file."""

    number: str
    encoding: str
    size: int  # encoded


def parts_of(body: Any, number: str = "") -> Iterator[Part]:
    """Yield the parts of a BODYSTRUCTURE that hold content; letters within letters are left alone."""
    if isinstance(body[0], list):
        for place, part in enumerate(body[0], start=1):
            yield from parts_of(part, f"{number}.{place}" if number else str(place))
    elif isinstance(body[0], bytes) and body[0].lower() != b"message":
        encoding = body[5] or b""  # some servers tell NIL where the letter names none
        yield Part(number or "1", encoding.decode("ascii", "replace").lower(), int(body[6]))


def is_book(mime: EmailMessage) -> bool:
    """Whether a part's own headers name a file that may be a delivery."""
    try:
        name = mime.get_filename() or ""
    except Exception:  # noqa: BLE001 (as above)
        return False
    return name.strip().lower().endswith(ENDINGS)
