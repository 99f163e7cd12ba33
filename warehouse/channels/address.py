"""Addresses of channels: `s3://bucket/prefix?endpoint=…`, `sftp://user@host:22/folder?hostkey=…`, or a folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

from warehouse.installation.settings_words import Misconfigured

OPTIONS = {
    "s3": {"endpoint", "region", "profile"},
    "sftp": {"hostkey", "known_hosts", "key"},
    "imaps": {"senders", "authserv", "netrc", "ca", "after"},
}
REQUIRED = {"imaps": {"senders", "authserv"}}
PAGE = "docs/engineers/channels.md"
_BETWEEN = re.compile(r"[\s,]+")


@dataclass(frozen=True)
class Address:
    """One inbox elsewhere; it holds no password, so it may be shown."""

    scheme: str
    host: str  # of S3 the bucket
    path: str  # decoded, without the first slash
    user: str | None = None
    port: int | None = None
    options: dict[str, str] = field(default_factory=dict, hash=False)
    text: str = field(default="", compare=False, repr=False)  # as it was set

    def __str__(self) -> str:
        user = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        return f"{self.scheme}://{user}{self.host}{port}/{self.path}"


def is_elsewhere(text: str) -> bool:
    """Whether a text is the address of another place than a folder of this machine."""
    return "://" in text and not text.startswith("file://")


def address_of(text: str) -> Address:
    """Read an address; raise Misconfigured, which never quotes one that holds a password."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise Misconfigured("Адрес входящих не разобран: проверьте узел и порт.") from None
    if parts.password is not None:
        raise Misconfigured(f"В адресе входящих стоит пароль. Уберите его: где его задать, сказано в {PAGE}.")
    if parts.scheme not in OPTIONS:
        raise Misconfigured(f"Входящие «{parts.scheme}://» не поддерживаются. Есть: {', '.join(sorted(OPTIONS))}.")
    if not parts.hostname or parts.fragment:
        raise Misconfigured(f"Адрес входящих {parts.scheme}:// неполон: нужен узел, а знака # быть не должно.")
    options = dict(_options(parts.query))
    if unknown := sorted(options.keys() - OPTIONS[parts.scheme]):
        known = ", ".join(sorted(OPTIONS[parts.scheme]))
        raise Misconfigured(f"Адрес входящих {parts.scheme}://: неизвестно {', '.join(unknown)}. Известные: {known}.")
    if missing := sorted(REQUIRED.get(parts.scheme, set()) - options.keys()):
        raise Misconfigured(f"Адрес входящих {parts.scheme}://: не задано {', '.join(missing)}. См. {PAGE}.")
    if options.get("after", "seen") != "seen":
        raise Misconfigured("Адрес входящих imaps://: after может быть только seen.")
    _require_secret_way(options.get("endpoint"))
    host = parts.netloc.rpartition("@")[2] if parts.scheme == "s3" else parts.hostname
    user = unquote(parts.username) if parts.username else None
    return Address(parts.scheme, host, unquote(parts.path).removeprefix("/"), user, port, options, text)


def _options(query: str) -> Iterator[tuple[str, str]]:
    """Yield names and values; a plus is a plus, as the fingerprint of a key may hold one."""
    for one in filter(None, query.split("&")):
        name, _, value = one.partition("=")
        yield unquote(name), unquote(value)


def _require_secret_way(endpoint: str | None) -> None:
    """Refuse to read people's files over a network in the open."""
    if endpoint is None or (endpoint.startswith("https://") and "@" not in endpoint):
        return
    host = urlsplit(endpoint).hostname or ""
    if not endpoint.startswith("http://") or "@" in endpoint or not _loopback(host):
        raise Misconfigured("endpoint: ожидается https://; без шифрования файлы берутся только с этой же машины.")


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _places(text: str) -> list[str]:
    """Cut a setting into its places; one folder alone may have spaces in its name."""
    return [text] if "://" not in text else [one for one in _BETWEEN.split(text) if one]


def own_inbox(text: str) -> Path | None:
    """Return the folder that a setting names, None where it names none; more than one is refused."""
    folders = [one for one in _places(text) if one and not is_elsewhere(one)]
    if len(folders) > 1:
        raise Misconfigured("NASTAVNIK_INBOX: папка на этой машине может быть только одна.")
    if not folders:
        return None
    path = unquote(urlsplit(folders[0]).path) if folders[0].startswith("file://") else folders[0]
    return Path(path).expanduser().absolute()


def channels_in(text: str) -> tuple[Address, ...]:
    """Return the inboxes elsewhere that a setting names."""
    return tuple(address_of(one) for one in _places(text) if is_elsewhere(one))


def outbox_of(text: str) -> Address | None:
    """Return where receipts are put; None where nothing is set."""
    if not text:
        return None
    if "://" not in text or (address := address_of(text)).scheme == "imaps":
        raise Misconfigured("NASTAVNIK_OUTBOX: ожидается адрес s3:// или sftp://. В папку протоколы пишутся и так.")
    return address
