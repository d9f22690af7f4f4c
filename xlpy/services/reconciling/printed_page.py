"""A table as a page to print and sign: one HTML file that needs nothing beside it. Everything in it is only text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape
from pathlib import Path

from xlpy.errors import FileNotSaved
from xlpy.files import replace_file

Cell = str | Decimal | date | int | None
_STYLE = """
@page { size: A4 landscape; margin: 12mm; }
body { font: 10px/1.35 "Segoe UI", Calibri, Arial, sans-serif; color: #1f2933; margin: 24px; }
h1 { font-size: 18px; margin: 0 0 2px; } p { margin: 2px 0; }
table { border-collapse: collapse; width: 100%; margin: 12px 0; } thead { display: table-header-group; }
th { text-align: left; border-bottom: 2px solid #1f2933; padding: 3px 6px; } tr { break-inside: avoid; }
td { border-bottom: 1px solid #d5dae1; padding: 2px 6px; vertical-align: top; } td.n { text-align: right;
  font-variant-numeric: tabular-nums; white-space: nowrap; } td.minus { color: #b00020; }
tr.below td { color: #52606d; } tr.below td:first-child { padding-left: 18px; } tr.strong td { font-weight: 600; }
.sign { display: flex; gap: 48px; margin-top: 36px; break-inside: avoid; } .sign div { flex: 1; border-top: 1px solid;
  padding-top: 3px; }
"""


@dataclass(frozen=True, slots=True)
class PageRow:
    """A row. ``below``: it explains the row above it, and is indented."""

    cells: tuple[Cell, ...]
    below: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page: title, words below it, the table with its heads, and notes under the table. Money has two decimals."""

    title: str
    words: Sequence[str]
    heads: Sequence[str]
    rows: Sequence[PageRow]
    notes: Sequence[str] = ()


def save_page(path: Path, page: Page) -> str:
    """Save the page, in place of an earlier one; returns words about it. Raises ``FileNotSaved``."""
    text = page_html(page)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, lambda beside: _write(beside, text))
    except (OSError, ValueError) as error:
        raise FileNotSaved(
            f"page {path.name}", str(path.parent), str(getattr(error, "strerror", "") or error)
        ) from error
    return f" The page to print is saved: {path}"


def _write(beside: Path, text: str) -> None:
    beside.write_text(text, encoding="utf-8")


def page_html(page: Page) -> str:
    """Return the page as HTML."""
    heads = "".join(f"<th>{escape(head)}</th>" for head in page.heads)
    rows = "\n".join(_row(row) for row in page.rows)
    words = "".join(f"<p>{escape(line)}</p>" for line in page.words)
    notes = "".join(f"<p>{escape(line)}</p>" for line in page.notes)
    sign = "".join(f"<div>{who}, date</div>" for who in ("Prepared by", "Reviewed by"))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(page.title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(page.title)}</h1>{words}"
        f"<table><thead><tr>{heads}</tr></thead><tbody>\n{rows}\n</tbody></table>{notes}"
        f'<div class="sign">{sign}</div></body></html>\n'
    )


def _row(row: PageRow) -> str:
    return f'<tr class="{"below" if row.below else "strong"}">{"".join(map(_cell, row.cells))}</tr>'


def _cell(value: Cell) -> str:
    if value is None:
        return '<td class="n"></td>'
    if isinstance(value, Decimal):
        return f'<td class="n{" minus" if value < 0 else ""}">{value:,.2f}</td>'
    return f"<td>{escape(str(value))}</td>"
