"""The compression of VBA modules ([MS-OVBA] 2.4.1): chunks of 4096 bytes, each on its own.

A chunk is a header of two bytes and token sequences: a flag byte, then up to eight tokens, each a literal byte or a
copy token of two bytes. How many bits of a copy token are the offset grows with the position in the chunk.
"""

from __future__ import annotations

from functools import lru_cache

_SIGNATURE = b"\x01"
_CHUNK = 4096
_COMPRESSED, _RAW = 0xB000, 0x3000  # header bits above the size: flag and the signature 0b011
_SHORTEST = 3  # a copy token of two bytes pays from here on


@lru_cache(maxsize=32)  # the same modules go into every workbook that a process makes
def compress(data: bytes) -> bytes:
    """Return the compressed container of ``data``."""
    chunks = (_compress_chunk(data[at : at + _CHUNK]) for at in range(0, len(data), _CHUNK))
    return _SIGNATURE + b"".join(chunks)


def _compress_chunk(chunk: bytes) -> bytes:
    body = _token_sequences(chunk)
    # A raw chunk is always 4096 bytes long, so a short last one is only padded when tokens would not fit at all.
    if len(body) > _CHUNK or (len(body) == _CHUNK and len(chunk) == _CHUNK):
        return _header(_RAW, _CHUNK) + chunk.ljust(_CHUNK, b"\0")
    return _header(_COMPRESSED, len(body)) + body


def _header(kind: int, size: int) -> bytes:
    return (kind | (size + 2 - 3)).to_bytes(2, "little")


def _token_sequences(chunk: bytes) -> bytes:
    out = bytearray()
    seen: dict[bytes, list[int]] = {}  # three bytes → where they began, newest last
    at = 0
    while at < len(chunk):
        flags, tokens = 0, bytearray()
        for bit in range(8):
            if at >= len(chunk):
                break
            offset, length = _longest_match(chunk, at, seen)
            if length:
                flags |= 1 << bit
                tokens += _copy_token(at, offset, length)
            else:
                tokens.append(chunk[at])
                length = 1
            for passed in range(at, at + length):
                seen.setdefault(chunk[passed : passed + _SHORTEST], []).append(passed)
            at += length
        out.append(flags)
        out += tokens
    return bytes(out)


def _offset_bits(at: int) -> int:
    """How many bits of a copy token at this position of the chunk are the offset: enough for it, at least 4."""
    return max((at - 1).bit_length(), 4)


def _longest_match(chunk: bytes, at: int, seen: dict[bytes, list[int]]) -> tuple[int, int]:
    """Return offset and length of the longest earlier occurrence (the nearest of equals), (0, 0) for none."""
    limit = min((0xFFFF >> _offset_bits(at)) + _SHORTEST, len(chunk) - at) if at else 0
    if limit < _SHORTEST:
        return 0, 0
    best, found = 0, 0
    for candidate in reversed(seen.get(chunk[at : at + _SHORTEST], [])):
        length = _SHORTEST
        # The match may run into the bytes being written: that is how runs are packed.
        while length < limit and chunk[candidate + length] == chunk[at + length]:
            length += 1
        if length > best:
            best, found = length, at - candidate
            if best == limit:
                break
    return found, best


def _copy_token(at: int, offset: int, length: int) -> bytes:
    length_bits = 16 - _offset_bits(at)
    return ((offset - 1) << length_bits | (length - _SHORTEST)).to_bytes(2, "little")
