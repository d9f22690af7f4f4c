"""How the workbook looks: one palette, one font, the styles of its cells. No sheet has colours of its own.

The font is Arial: it is on every Windows and Mac, and fonts of the same widths are on every Linux, so that a width
that was looked at once holds everywhere.
"""

from __future__ import annotations

from openpyxl.styles import Alignment, Border, Color, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.styleable import StyleableObject

from xlpy.excel.workbook.sheet import FILE_FORMAT, CellKind, Part

FONT = "Arial"
INK = "1F2A37"
MUTED = "6B7785"
LINE = "D9DEE5"
PAPER = "FFFFFF"
BAND = "EEF2F6"  # section bars and the rows above a header
INPUT_FILL = "FFF8E1"
INPUT_LINE = "D8B75C"
BAR = "3A6EA5"
LINK = "0B5CAD"

TAB = {Part.INPUT: "C99A2E", Part.WORK: "24476B", Part.RESULT: "2F5D50"}
HEADER = {Part.INPUT: "7A5A12", Part.WORK: "24476B", Part.RESULT: "2F5D50"}

NUMBERS = frozenset({CellKind.MONEY, CellKind.QUANTITY, CellKind.RATE, CellKind.COUNT})

# Word of a state → (text colour, fill)
GOOD = ("1E6B3A", "E3F3E8")
BAD = ("A12622", "FBE6E4")
WARN = ("8A5A00", "FDF0D5")
CALM = ("4A5563", "EDF0F3")
INFO = ("1F4E79", "E3EDF7")


def font(
    *, size: float = 10, bold: bool = False, italic: bool = False, color: str = INK, underline: bool = False
) -> Font:
    """Return the workbook's font in one of its sizes."""
    made = Font(name=FONT, size=size, bold=bold, italic=italic, color=f"FF{color}")
    if underline:
        made.underline = "single"
    return made


def fill(color: str) -> PatternFill:
    """Return a plain fill."""
    return PatternFill("solid", start_color=f"FF{color}", end_color=f"FF{color}")


def line(color: str = LINE, *, box: bool = False) -> Border:
    """Return a thin border: a line below, or a ``box``."""
    side = Side(style="thin", color=f"FF{color}")
    return Border(left=side, right=side, top=side, bottom=side) if box else Border(bottom=side)


def dress_body(target: StyleableObject, kind: CellKind) -> None:
    """Style a body cell, or a whole column: format, font, alignment by what it holds."""
    target.font = font(color=LINK, underline=True) if kind is CellKind.LINK else font()
    target.number_format = FILE_FORMAT[kind]
    # Numbers keep a little distance from the text that begins in the next column.
    target.alignment = Alignment(
        horizontal="right" if kind in NUMBERS else "left",
        vertical="top",
        wrap_text=kind is CellKind.WRAP,
        indent=1 if kind in NUMBERS else 0,
    )


def dress_header(target: StyleableObject, part: Part, kind: CellKind) -> None:
    """Style a table's header cell in the colour of its part."""
    right = kind in NUMBERS
    target.font = font(bold=True, color=PAPER)
    target.fill = fill(HEADER[part])
    # The filter button takes the right corner: numbers' headers keep clear of it.
    target.alignment = Alignment(
        horizontal="right" if right else "left", vertical="center", wrap_text=True, indent=2 if right else 0
    )
    target.number_format = "General"


def dress_input(target: StyleableObject, kind: CellKind) -> None:
    """Style a cell that the user writes into: pale yellow, boxed."""
    dress_body(target, kind)
    target.fill = fill(INPUT_FILL)
    target.border = line(INPUT_LINE, box=True)
    target.alignment = Alignment(horizontal="left", vertical="center")


def dress_fact(target: StyleableObject, kind: CellKind) -> None:
    """Style a cell that Python fills on Home or About."""
    dress_body(target, kind)
    number, words = kind in NUMBERS, kind is CellKind.WRAP
    target.alignment = Alignment(
        horizontal="right" if number else "left",
        vertical="top" if words else "center",
        wrap_text=words,
        indent=1 if number else 0,
    )
    target.border = line()


def dress_text(
    target: StyleableObject, *, size: float = 10, bold: bool = False, italic: bool = False, color: str = INK
) -> None:
    """Style fixed words: titles, labels, hints."""
    target.font = font(size=size, bold=bold, italic=italic, color=color)
    target.alignment = Alignment(horizontal="left", vertical="center")
    target.number_format = "General"


def tint(colors: tuple[str, str]) -> DifferentialStyle:
    """Return what a conditional format puts on a word of state."""
    text, back = colors
    style = shade(back)
    style.font = Font(color=Color(f"FF{text}"), bold=colors is not CALM)
    return style


def shade(back: str | None = None) -> DifferentialStyle:
    """Return a conditional format that underlines a row, with or without a fill.

    Every one has the line: of two formats that apply to a cell, some programs show only the first.
    """
    return DifferentialStyle(fill=PatternFill(bgColor=Color(f"FF{back}")) if back else None, border=line())
