"""Which parts of a workbook's file would be lost when openpyxl saves it.

A list of what is kept, not of what is lost: a part that nobody thought of is refused too.
"""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

_KEPT = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(?:app|core|custom)\.xml"
    r"|xl/(?:workbook|styles|sharedStrings)\.xml|xl/_rels/workbook\.xml\.rels|xl/theme/theme\d+\.xml"
    r"|xl/worksheets/(?:_rels/)?sheet\d+\.xml(?:\.rels)?|xl/tables/table\d+\.xml|xl/tables/_rels/table\d+\.xml\.rels"
    r"|xl/drawings/(?:_rels/)?drawing\d+\.xml(?:\.rels)?"
    r"|xl/comments\d*\.xml|xl/comments/comment\d+\.xml|xl/drawings/(?:vmlDrawing|commentsDrawing)\d+\.vml"
    r"|xl/vbaProject\.bin|customUI/customUI\.xml"
    r"|xl/pivotTables/(?:_rels/)?pivotTable\d+\.xml(?:\.rels)?"
    r"|xl/pivotCache/(?:_rels/)?pivotCache(?:Definition|Records)\d+\.xml(?:\.rels)?"
    r"|xl/externalLinks/(?:_rels/)?externalLink\d+\.xml(?:\.rels)?|.*/"
)
# Lost without loss: made anew by Excel, or about one printer only.
_HARMLESS = re.compile(r"xl/calcChain\.xml|xl/printerSettings/.*|docProps/thumbnail\..*")

_WORDS = (
    ("xl/slicer", "slicers"),
    ("xl/timeline", "timelines"),
    ("xl/ctrlProps", "form controls"),
    ("xl/activeX", "ActiveX controls"),
    ("xl/threadedComments", "threaded comments"),
    ("xl/persons", "threaded comments"),
    ("xl/media", "pictures"),
    ("xl/chart", "charts"),
    ("xl/diagrams", "SmartArt"),
    ("xl/embeddings", "embedded objects"),
    ("xl/queryTables", "queries"),
    ("xl/connections", "queries"),
    ("xl/model", "the data model"),
    ("xl/metadata", "dynamic array formulas or cell checkboxes"),
    ("xl/featurePropertyBag", "cell checkboxes"),
    ("xl/richData", "linked data types or pictures in cells"),
    ("xl/webextensions", "add-ins"),
    ("customUI", "a ribbon of the newer kind"),
    ("customXml", "properties of a document library or a query"),
    ("docMetadata", "a sensitivity label"),
    ("_xmlsignatures", "a digital signature"),
    ("xl/vbaProjectSignature", "the signature of its macros"),
    ("xl/_rels/vbaProject", "the signature of its macros"),
)

_SHEET_WORDS = (
    (b"sparklineGroup", "sparklines"),
    (b"x14:conditionalFormatting", "newer conditional formats"),
    (b"x14:dataValidation", "lists that refer to another sheet"),
    (b"slicerList", "slicers"),
    (b"timelineRef", "timelines"),
    (b"<legacyDrawingHF", "pictures in header or footer"),
    (b"<picture", "a background picture"),
    (b"<oleObjects", "embedded objects"),
    (b"<controls", "form controls"),
    (b"<customSheetViews", "custom views"),
)
_DRAWN = re.compile(rb"<(?:\w+:)?(sp|pic|grpSp|cxnSp|contentPart|AlternateContent)[\s>]")
_DRAWN_WORDS = {
    b"sp": "text boxes or shapes",
    b"pic": "pictures",
    b"grpSp": "grouped shapes",
    b"cxnSp": "lines",
    b"contentPart": "ink",
    b"AlternateContent": "form controls, slicers or newer charts",
}

_MACROS = "xl/vbaProject.bin"
_PACKAGE = {"[Content_Types].xml", "_rels/.rels"}


def lost_parts(path: Path) -> tuple[str, ...]:
    """Return, in the user's words, what saving without Excel would lose; empty: nothing.

    Raises ``OSError`` or ``zipfile.BadZipFile`` when the file can't be read.
    """
    found: dict[str, None] = {}
    with ZipFile(path) as archive:
        names = archive.namelist()
        for name in names:
            if not _KEPT.fullmatch(name) and not _HARMLESS.fullmatch(name):
                found[_name_of(name)] = None
        if _MACROS not in names and any(name.startswith("customUI/") for name in names):
            found["a ribbon without macros"] = None  # openpyxl carries it over with the macros only
        for name in names:
            if name.startswith("xl/worksheets/sheet"):
                for words in _lost_in_sheet(archive.read(name)):
                    found[words] = None
            elif name.startswith("xl/drawings/drawing"):
                for drawn in _DRAWN.findall(archive.read(name)):
                    found[_DRAWN_WORDS[drawn]] = None
            elif name.startswith("xl/drawings/vmlDrawing") and _is_control(archive.read(name)):
                found["form controls"] = None
    return tuple(found)


def has_rich_text(path: Path) -> bool:
    """Whether some cell has letters of several looks: read with more care (and more time) then."""
    with ZipFile(path) as archive:
        names = set(archive.namelist())
        if "xl/sharedStrings.xml" in names and b"<r>" in archive.read("xl/sharedStrings.xml"):
            return True
        sheets = (name for name in names if name.startswith("xl/worksheets/sheet"))
        return any(b"<is><r>" in archive.read(name) for name in sheets)


def macro_parts(path: Path | BytesIO) -> ZipFile | None:
    """Return the macros and the ribbon of a file as the archive from which openpyxl carries them over; None without.

    Only these: openpyxl's own way packs the whole file a second time.
    """
    with ZipFile(path) as archive:
        names = archive.namelist()
        if _MACROS not in names:
            return None
        packed = BytesIO()
        with ZipFile(packed, "w") as kept:
            for name in names:
                if name in _PACKAGE or name == _MACROS or name.startswith("customUI/"):
                    kept.writestr(name, archive.read(name))
        return ZipFile(packed)


def _name_of(part: str) -> str:
    return next((words for start, words in _WORDS if part.startswith(start)), f"the part {part}")


def _lost_in_sheet(data: bytes) -> list[str]:
    tail = data[data.rfind(b"sheetData>") :]  # what may be lost stands behind the cells
    words = [text for mark, text in _SHEET_WORDS if mark in tail]
    if b"<extLst" in tail and not words:
        words.append("extensions of a newer Excel")
    return words


def _is_control(vml: bytes) -> bool:
    return re.search(rb'ObjectType="(?!Note")', vml) is not None
