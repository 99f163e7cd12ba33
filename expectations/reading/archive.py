"""A zip archive that holds exactly what it declares, within limits."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from expectations.reading.limits import MEGABYTE, Limits
from expectations.reading.refusal import Refused, entry_label, too_large, unreadable

LOCAL = struct.Struct("<4s5H3I2H")
END = struct.Struct("<4s4H2IH")
END_SIGNATURE = b"PK\5\6"
END_REACH = END.size + 65_535  # the end record may be followed by a comment of at most this
ENCRYPTED = 0x1 | 0x40 | 0x2000  # traditional, strong, masked headers
STREAMED = 0x8  # sizes stand after the entry, not before it
ZIP64 = 0xFFFF_FFFF
SMALL_ENTRY = MEGABYTE  # below this no ratio is dangerous, and a sheet of equal rows often passes 100:1

DAMAGED = "архив повреждён"


@dataclass(frozen=True)
class Archive:
    """The checked entries of an archive; `unpack` gives their verified bytes."""

    content: bytes
    entries: tuple[zipfile.ZipInfo, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(entry.filename for entry in self.entries)

    def unpack(self) -> Iterator[tuple[zipfile.ZipInfo, bytes]]:
        """Yield every entry with its bytes, each verified against its declared size and checksum."""
        for entry in self.entries:
            yield entry, _inflate(self.content, entry)

    def read(self, name: str) -> bytes:
        """Return the bytes of one entry, empty when there is none."""
        return next((_inflate(self.content, entry) for entry in self.entries if entry.filename == name), b"")


def open_archive(content: bytes, limits: Limits) -> Archive:
    """Check the directory of an archive; raise Refused on what two readers could read differently."""
    _check_one_volume(content)
    try:
        entries = tuple(zipfile.ZipFile(io.BytesIO(content)).infolist())
    except (zipfile.BadZipFile, ValueError, struct.error, OSError, NotImplementedError, UnicodeError):
        raise unreadable(DAMAGED) from None
    if not entries:
        raise unreadable("архив пуст")
    if len(entries) > limits.entries:
        raise too_large(f"в архиве больше {limits.entries} файлов")
    for entry in entries:
        _check_entry(entry, limits)
        # As the directory has it: Python 3.12 and later shows a name out of a field that other readers may not heed.
        entry.filename = entry.orig_filename.replace("\\", "/")  # some exporters write Windows' own separator
    if sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
        raise too_large(f"распакованные данные больше {limits.unpacked_bytes // MEGABYTE} МБ")
    if len({entry.filename.casefold() for entry in entries}) < len(entries):
        raise unreadable("в архиве два файла с одним именем")
    _check_layout(content, entries)
    return Archive(content, entries)


def _check_one_volume(content: bytes) -> None:
    at = content.rfind(END_SIGNATURE, max(0, len(content) - END_REACH))
    if at < 0 or at + END.size > len(content):
        raise unreadable(f"{DAMAGED} или передан не целиком")
    _, disk, first_disk, *_ = END.unpack_from(content, at)
    if disk not in (0, 0xFFFF) or first_disk not in (0, 0xFFFF):
        raise unreadable("многотомный архив")


def _check_entry(entry: zipfile.ZipInfo, limits: Limits) -> None:
    name = entry.orig_filename.replace("\\", "/")
    if entry.flag_bits & ENCRYPTED:
        raise Refused("password-protected", "архив зашифрован")
    if not name or "\0" in name or name.startswith("/") or name[1:2] == ":" or ".." in name.split("/"):
        raise Refused("unsafe-archive", f"недопустимое имя «{entry_label(name)}»")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Refused("unsafe-archive", f"ссылка «{entry_label(name)}»")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise unreadable("способ сжатия архива не поддерживается")
    if entry.file_size > max(SMALL_ENTRY, entry.compress_size * limits.ratio):
        raise too_large(f"файл внутри архива сжат сильнее чем {limits.ratio}:1")


def _check_layout(content: bytes, entries: tuple[zipfile.ZipInfo, ...]) -> None:
    """Refuse bytes before the first entry and entries that share bytes."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end or (end == 0 and entry.header_offset > 0):
            raise unreadable(DAMAGED)
        end = _start(content, entry) + entry.compress_size
    if end > len(content):
        raise unreadable(f"{DAMAGED} или передан не целиком")


def _start(content: bytes, entry: zipfile.ZipInfo) -> int:
    """Return where the bytes of an entry begin, after comparing its own header with the directory's."""
    at = entry.header_offset
    if at + LOCAL.size > len(content):
        raise unreadable(DAMAGED)
    signature, _, flags, method, _, _, checksum, packed, size, name_length, extra = LOCAL.unpack_from(content, at)
    name = content[at + LOCAL.size : at + LOCAL.size + name_length]
    same = signature == b"PK\3\4" and method == entry.compress_type and name == _raw_name(entry)
    if not flags & STREAMED:
        declared = (entry.CRC, entry.compress_size, entry.file_size)
        same = same and (ZIP64 in (packed, size) or (checksum, packed, size) == declared)
    if not same or flags & ENCRYPTED:
        raise unreadable(f"{DAMAGED}: оглавление не сходится с содержимым")
    return at + LOCAL.size + name_length + extra


def _raw_name(entry: zipfile.ZipInfo) -> bytes:
    return entry.orig_filename.encode("utf-8" if entry.flag_bits & 0x800 else "cp437")


def _inflate(content: bytes, entry: zipfile.ZipInfo) -> bytes:
    """Unpack one entry to no more than it declares; raise Refused unless it is exactly that."""
    start = _start(content, entry)
    packed = content[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        unpacked, whole = packed, len(packed) == entry.file_size
    else:
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            unpacked = unpacker.decompress(packed, entry.file_size + 1)
        except zlib.error:
            raise unreadable(DAMAGED) from None
        whole = unpacker.eof and not unpacker.unused_data and len(unpacked) == entry.file_size
    if not whole or zlib.crc32(unpacked) != entry.CRC:
        raise unreadable(f"{DAMAGED}: размер или контрольная сумма не сходятся")
    return unpacked
