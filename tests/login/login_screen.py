"""A virtual screen of a chosen resolution, and pictures of it: Xvfb, its frame buffer file, and nothing else."""

from __future__ import annotations

import atexit
import ctypes
import os
import shutil
import signal
import struct
import subprocess
import tempfile
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SIZES = {96: (1280, 800), 192: (2560, 1600)}


@dataclass(frozen=True)
class Screen:
    """A running X server. ``display``: as ``DISPLAY`` has it."""

    display: str
    buffer: Path
    dpi: int = 96

    def picture(self, path: Path) -> None:
        """Save what the screen shows as a PNG."""
        data = self.buffer.read_bytes()
        header = struct.unpack(">25I", data[:100])
        width, height, bytes_per_line, colors = header[4], header[5], header[12], header[19]
        start = header[0] + colors * 12
        rows = bytearray()
        for y in range(height):
            line = data[start + y * bytes_per_line : start + y * bytes_per_line + width * 4]
            row = bytearray(width * 3)
            row[0::3], row[1::3], row[2::3] = line[2::4], line[1::4], line[0::4]
            rows += b"\x00" + row
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(
            b"\x89PNG\r\n\x1a\n"
            + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + _chunk(b"IDAT", zlib.compress(bytes(rows), 6))
            + _chunk(b"IEND", b"")
        )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def has_xvfb() -> bool:
    return shutil.which("Xvfb") is not None


@cache
def screen(dpi: int) -> Screen:
    """Start a virtual screen of that resolution; it picks a free display number itself.

    It stays until this process ends: Tk keeps its connection, and ends the process when its screen goes away.
    """
    width, height = SIZES[dpi]
    folder = tempfile.mkdtemp(prefix="xlpy-screen-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    reading, writing = os.pipe()
    subprocess.Popen(
        [
            *("Xvfb", "-displayfd", str(writing), "-screen", "0", f"{width}x{height}x24", "-dpi", str(dpi)),
            *("-fbdir", folder, "-nolisten", "tcp", "-noreset"),
        ],
        pass_fds=[writing],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=_end_with_us,  # noqa: PLW1509 (it takes no lock)
    )
    os.close(writing)
    with os.fdopen(reading) as answer:
        number = answer.readline().strip()
    assert number, "Xvfb did not start"
    return Screen(f":{number}", Path(folder) / "Xvfb_screen0", dpi)


def _end_with_us() -> None:
    """Have Linux end this process when its parent ends."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
