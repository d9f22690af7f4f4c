"""Reads the modules of a VBA project back: what a user may have added, before the project is replaced.

Only what is needed for that: the streams of the compound file ([MS-CFB]) and the source of each module, which stands
compressed ([MS-OVBA] 2.4.1) behind whatever the application compiled.
"""

from __future__ import annotations

import struct

_END = 0xFFFFFFFA  # ids from here on are no sectors
_STREAM, _ROOT = 2, 5
_ENTRY = 128
_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SOURCE_STARTS = b"\x00Attribut"  # the first token sequence of every module's source
_OWN_STREAMS = frozenset({"dir", "_VBA_PROJECT", "PROJECT", "PROJECTwm", "PROJECTlk"})
CODE_PAGE = "cp1252"


def sources_of(project: bytes) -> dict[str, str]:
    """Return the source of each module without its attribute lines, by name.

    Raises ``ValueError`` when the project can't be read.
    """
    found: dict[str, str] = {}
    try:
        for name, data in _streams(project):
            at = data.find(_SOURCE_STARTS)
            if name in _OWN_STREAMS or name.startswith("__SRP_") or at < 3:
                continue
            text = _decompressed(data[at - 3 :]).decode(CODE_PAGE, errors="replace")
            lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            found[name] = "\n".join(line for line in lines if not line.startswith("Attribute "))
    except (struct.error, IndexError) as error:
        raise ValueError(f"the macros can't be read ({error})") from error
    return found


def _streams(data: bytes) -> list[tuple[str, bytes]]:
    if not data.startswith(_SIGNATURE):
        raise ValueError("the macros are not in a compound file")
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    mini_size = 1 << struct.unpack_from("<H", data, 32)[0]
    (directory_start,) = struct.unpack_from("<I", data, 48)
    cutoff, mini_fat_start = struct.unpack_from("<II", data, 56)
    per_sector = size // 4

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    fat_sectors = [number for number in struct.unpack_from("<109I", data, 76) if number < _END]
    further = struct.unpack_from("<I", data, 68)[0]
    while further < _END:
        more = struct.unpack(f"<{per_sector}I", sector(further))
        fat_sectors += [number for number in more[:-1] if number < _END]
        further = more[-1]
    fat = [number for at in fat_sectors for number in struct.unpack(f"<{per_sector}I", sector(at))]

    def chain(start: int) -> bytes:
        parts: list[bytes] = []
        while start < _END and len(parts) <= len(fat):
            parts.append(sector(start))
            start = fat[start]
        return b"".join(parts)

    directory = chain(directory_start)
    entries = [directory[at : at + _ENTRY] for at in range(0, len(directory), _ENTRY)]
    mini_fat_bytes = chain(mini_fat_start)
    mini_fat = struct.unpack(f"<{len(mini_fat_bytes) // 4}I", mini_fat_bytes)
    mini = chain(_start_of(next(entry for entry in entries if entry[66] == _ROOT)))
    streams: list[tuple[str, bytes]] = []
    for entry in entries:
        if entry[66] != _STREAM:
            continue
        (length,) = struct.unpack_from("<I", entry, 120)
        start = _start_of(entry)
        if length >= cutoff:
            content = chain(start)
        else:
            parts: list[bytes] = []
            while start < _END and len(parts) <= len(mini_fat):
                parts.append(mini[start * mini_size : (start + 1) * mini_size])
                start = mini_fat[start]
            content = b"".join(parts)
        (letters,) = struct.unpack_from("<H", entry, 64)
        streams.append((entry[: max(letters - 2, 0)].decode("utf-16-le"), content[:length]))
    return streams


def _start_of(entry: bytes) -> int:
    return int(struct.unpack_from("<I", entry, 116)[0])


def _decompressed(container: bytes) -> bytes:
    """Return what a compressed container holds; it ends where its chunks end."""
    if container[:1] != b"\x01":
        raise ValueError("a module's source is not compressed as it should be")
    out = bytearray()
    at = 1
    while at + 2 <= len(container):
        (header,) = struct.unpack_from("<H", container, at)
        if (header >> 12) & 7 != 3:
            break
        end = min(at + (header & 0x0FFF) + 3, len(container))
        at += 2
        if header & 0x8000:
            _unpack_chunk(container, at, end, out)
        else:
            out += container[at:end]
        at = end
    return bytes(out)


def _unpack_chunk(container: bytes, at: int, end: int, out: bytearray) -> None:
    begin = len(out)
    while at < end:
        flags = container[at]
        at += 1
        for bit in range(8):
            if at >= end:
                return
            if not flags >> bit & 1:
                out.append(container[at])
                at += 1
                continue
            (token,) = struct.unpack_from("<H", container, at)
            at += 2
            offset_bits = max((len(out) - begin - 1).bit_length(), 4)
            length = (token & (0xFFFF >> offset_bits)) + 3
            offset = (token >> (16 - offset_bits)) + 1
            for _ in range(length):
                out.append(out[-offset])
