"""Writes a compound file ([MS-CFB], version 3): sectors of 512 bytes, small streams of 64 in the mini stream.

Only what a VBA project needs: storages one level deep, a few hundred kilobytes, no class ids, all times zero.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_FREE, _END, _FAT_SECTOR, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_IDS = _SECTOR // 4
_HEADER_FAT_SLOTS = 109
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_RED, _BLACK = 0, 1
_MOST_BYTES = 6_000_000  # above, the table of the FAT's own sectors would not fit into the header

Tree = Mapping[str, "bytes | Mapping[str, bytes]"]


@dataclass(slots=True)
class _Entry:
    name: str
    kind: int
    data: bytes = b""
    children: list[_Entry] = field(default_factory=list)
    left: int = _NONE
    right: int = _NONE
    child: int = _NONE
    color: int = _BLACK
    start: int = _END
    size: int = 0


def write_compound_file(tree: Tree) -> bytes:
    r"""Return the compound file that holds ``tree``: streams as bytes, storages as mappings of streams.

    Raises ``ValueError`` for a name that does not fit (31 characters, none of ``/ \ : !``) or too much data.
    """
    root = _Entry("Root Entry", _ROOT)
    for name, content in tree.items():
        if isinstance(content, bytes):
            root.children.append(_Entry(name, _STREAM, content))
        else:
            streams = [_Entry(inner, _STREAM, data) for inner, data in content.items()]
            root.children.append(_Entry(name, _STORAGE, children=streams))
    entries = [root, *root.children, *(e for c in root.children for e in c.children)]
    if sum(len(e.data) for e in entries) > _MOST_BYTES:
        raise ValueError("too much data for one compound file")
    for entry in entries:
        _check_name(entry.name)
        entry.child = _link(entry.children, {id(e): i for i, e in enumerate(entries)})
    return _assemble(entries)


def _check_name(name: str) -> None:
    if not 1 <= len(name) <= 31 or set(name) & set("/\\:!"):
        raise ValueError(f"{name!r} can't be the name of a stream")


def _link(children: list[_Entry], index: dict[int, int]) -> int:
    """Make the red-black tree of a storage's children; return the id of its root.

    Halving the sorted list fills every level but the last; painting an incomplete last level red makes it valid.
    """
    ordered = sorted(children, key=lambda e: (len(e.name.encode("utf-16-le")), e.name.upper()))
    deepest = len(ordered).bit_length() - 1
    complete = len(ordered) == 2 ** (deepest + 1) - 1

    def build(low: int, high: int, depth: int) -> int:
        if low >= high:
            return _NONE
        middle = (low + high) // 2
        entry = ordered[middle]
        entry.left, entry.right = build(low, middle, depth + 1), build(middle + 1, high, depth + 1)
        entry.color = _RED if depth == deepest and not complete and depth else _BLACK
        return index[id(entry)]

    return build(0, len(ordered), 0)


def _assemble(entries: list[_Entry]) -> bytes:
    sectors: list[bytes] = []
    fat: list[int] = []
    mini = bytearray()
    mini_fat: list[int] = []
    for entry in entries[1:]:
        entry.size = len(entry.data)
        if entry.kind == _STREAM and entry.size >= _CUTOFF:
            entry.start = _chain(entry.data, sectors, fat)
        elif entry.size:
            entry.start = len(mini_fat)
            count = -(-entry.size // _MINI)
            mini_fat += [*range(entry.start + 1, entry.start + count), _END]
            mini += entry.data.ljust(count * _MINI, b"\0")
        elif entry.kind == _STORAGE:
            entry.start = 0  # storages have no data of their own
    root = entries[0]
    root.size = len(mini)
    if mini:
        root.start = _chain(bytes(mini), sectors, fat)
    mini_fat_bytes = _ids(mini_fat)
    mini_fat_start = _chain(mini_fat_bytes, sectors, fat) if mini_fat else _END
    directory = b"".join(_directory_entry(e) for e in entries)
    unused = _directory_entry(_Entry("", 0, start=0))
    directory += unused * (-len(entries) % (_SECTOR // 128))
    directory_start = _chain(directory, sectors, fat)
    fat_sectors = 1
    while fat_sectors * _IDS < len(fat) + fat_sectors:
        fat_sectors += 1
    first_fat = len(fat)
    fat += [_FAT_SECTOR] * fat_sectors
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"\0" * 16,
        0x3E,  # minor version
        3,  # major version
        0xFFFE,  # little-endian
        9,  # sectors of 2**9
        6,  # mini sectors of 2**6
        0,  # directory sectors are not counted in version 3
        fat_sectors,
        directory_start,
        0,  # transaction number
        _CUTOFF,
        mini_fat_start,
        len(mini_fat_bytes) // _SECTOR,
        _END,  # no sectors of the FAT's own table
        0,
        first_fat,
    )
    slots = [first_fat + i for i in range(1, fat_sectors)]
    header += struct.pack(f"<{_HEADER_FAT_SLOTS - 1}I", *slots, *[_FREE] * (_HEADER_FAT_SLOTS - 1 - len(slots)))
    return header + b"".join(sectors) + _ids(fat)


def _chain(data: bytes, sectors: list[bytes], fat: list[int]) -> int:
    start = len(sectors)
    count = -(-len(data) // _SECTOR)
    padded = data.ljust(count * _SECTOR, b"\0")
    sectors += [padded[i : i + _SECTOR] for i in range(0, len(padded), _SECTOR)]
    fat += [*range(start + 1, start + count), _END]
    return start


def _ids(numbers: list[int]) -> bytes:
    """Sector ids, filled up with free ones to whole sectors."""
    filled = [*numbers, *[_FREE] * (-len(numbers) % _IDS)]
    return struct.pack(f"<{len(filled)}I", *filled)


def _directory_entry(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le") + b"\0\0" if entry.name else b""
    return struct.pack(
        "<64sHBBIII16sIQQIQ",
        name,
        len(name),
        entry.kind,
        entry.color if entry.kind else 0,
        entry.left,
        entry.right,
        entry.child,
        b"\0" * 16,
        0,
        0,
        0,
        entry.start,
        entry.size,
    )
