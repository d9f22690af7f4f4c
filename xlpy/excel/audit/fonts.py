"""The fonts of the PDF: Arial or a font of its widths, and others of this PC for characters that it lacks.

Every font is embedded (its used glyphs), so that the file looks the same in ten years. A character that no font of
this PC has is drawn as its code (``[U+65E5]``), and is still the character itself when the text is searched or copied.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

# Regular, then bold, in order of preference.
_BASE = (
    ("arial.ttf", "arialbd.ttf"),
    ("Arial.ttf", "Arial Bold.ttf"),
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
)
_BUNDLED = ("Vera.ttf", "VeraBd.ttf")  # the library's own
# Only TrueType outlines can be embedded by the library; the others are passed over.
_OTHERS = (
    *("segoeui.ttf", "seguisym.ttf", "Arial Unicode.ttf", "DejaVuSans.ttf", "NotoSans-Regular.ttf"),
    *("YuGothR.ttc", "msgothic.ttc", "msyh.ttc", "simsun.ttc", "malgun.ttf", "msjh.ttc", "Nirmala.ttc", "Nirmala.ttf"),
    *("DroidSansFallbackFull.ttf", "DroidSansFallback.ttf", "wqy-zenhei.ttc", "wqy-microhei.ttc", "ipag.ttf"),
    *("AppleGothic.ttf", "STHeiti Light.ttc", "seguiemj.ttf", "LeelawUI.ttf", "ebrima.ttf"),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters in one font. ``actual``: what they stand for, when they only show a code."""

    font: str
    text: str
    actual: str = ""


class Fonts:
    """The fonts found on this PC, and texts cut into pieces of one font each."""

    def __init__(self) -> None:
        self._faces: list[tuple[str, Any]] = []  # name, and its widths by code point
        self._bold = ""
        self._others = iter(_OTHERS)
        self._widths: dict[tuple[str, bool], float] = {}
        for regular, bold in _BASE:
            if self._add(regular):
                self._bold = self._register(bold)[0] if _font_files().get(bold.lower()) else self._faces[0][0]
                break
        else:
            regular_face, bold_face = self._register(_BUNDLED[0]), self._register(_BUNDLED[1])
            self._faces.append(regular_face)
            self._bold = bold_face[0]
        self._base = self._faces[0][1]

    @property
    def regular(self) -> str:
        """The library's name of the usual font."""
        return self._faces[0][0]

    def pieces(self, text: str, *, bold: bool = False) -> list[Piece]:
        """Cut a text into pieces of one font each."""
        base = self._bold if bold else self._faces[0][0]
        if all(ord(character) in self._base for character in text):
            return [Piece(base, text)] if text else []
        chosen = [(self._font_of(character, base), character) for character in text]
        found: list[Piece] = []
        for font, group in groupby(chosen, key=lambda pair: pair[0]):
            characters = "".join(character for _, character in group)
            if font:
                found.append(Piece(font, characters))
            else:
                found += [Piece(base, f"[U+{ord(character):04X}]", character) for character in characters]
        return found

    def width(self, text: str, *, bold: bool = False) -> float:
        """Return the width of a text at size 1."""
        key = text, bold
        if key not in self._widths:
            from reportlab.pdfbase.pdfmetrics import stringWidth

            pieces = self.pieces(text, bold=bold)
            self._widths[key] = sum(stringWidth(piece.text, piece.font, 1) for piece in pieces)
        return self._widths[key]

    def _font_of(self, character: str, base: str) -> str:
        """Return the first font that has a character, looking for more fonts when needed; empty: none has it."""
        code = ord(character)
        for at, (name, widths) in enumerate(self._faces):
            if code in widths:
                return name if at else base
        for file in self._others:
            if self._add(file) and code in self._faces[-1][1]:
                return self._faces[-1][0]
        return ""

    def _add(self, file: str) -> bool:
        """Load a font when this PC has it, and it can be embedded."""
        from reportlab.pdfbase.ttfonts import TTFError

        if file.lower() not in _font_files():
            return False
        try:
            self._faces.append(self._register(file))
        except (TTFError, OSError, ValueError, KeyError, IndexError):
            return False
        return True

    def _register(self, file: str) -> tuple[str, Any]:
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.ttfonts import TTFont

        name = f"xlpy {file}"
        pdfmetrics.registerFont(TTFont(name, str(_font_files().get(file.lower(), file))))
        # Of two files with one PostScript name the library takes the first: ask it which characters it has.
        return name, pdfmetrics.getFont(name).face.charWidths


@functools.cache
def _font_files() -> dict[str, Path]:
    """Return the font files of this PC by their names in small letters."""
    found: dict[str, Path] = {}
    wanted = {name.lower() for name in (*(name for pair in _BASE for name in pair), *_OTHERS)}
    for folder in _font_folders():
        for path in sorted(folder.rglob("*.tt[fc]")) if folder.is_dir() else ():
            if path.name.lower() in wanted:
                found.setdefault(path.name.lower(), path)
    return found


def _font_folders() -> Iterator[Path]:
    if sys.platform == "win32":
        yield Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "Fonts"
        yield Path(os.environ.get("LOCALAPPDATA", "")) / "Microsoft" / "Windows" / "Fonts"
    elif sys.platform == "darwin":
        yield from (Path("/System/Library/Fonts"), Path("/Library/Fonts"))
    else:
        yield from (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")
