"""The user's own columns in our tables: typed values move with their row, a calculated column is filled again."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xlpy.errors import WorkbookError
from xlpy.excel.tables.placed import PlacedTable, formula_areas
from xlpy.excel.workbook.cell_values import as_text, marked_text
from xlpy.excel.workbook.formulas import filled_down, has_relative_reference, names_whole_rows

if TYPE_CHECKING:
    import xlwings as xw

TEXT_FORMAT = "@"
GENERAL_FORMAT = "General"


class FormulasInColumn(WorkbookError):
    """A column of the user's whose formulas can't be filled again; nothing was changed."""

    def __init__(self, sheet: str, columns: Sequence[str]) -> None:
        super().__init__(
            f"{'Column' if len(columns) == 1 else 'Columns'} {', '.join(columns)} of the sheet {sheet} "
            "hold formulas that differ from row to row.",
            fix="Use one formula for the whole column, such as =[@Total]*2, or turn it into values. "
            "Nothing was changed.",
        )


@dataclass(frozen=True, slots=True)
class ExtraColumns:
    """The user's own columns by position. ``mixed``: those with formulas that can't be filled again.

    ``formats``: number format of each, None when its cells have several.
    """

    formulas: Mapping[int, str]
    constants: Mapping[int, Sequence[Any]]
    mixed: tuple[int, ...]
    formats: Mapping[int, str | None]

    @property
    def are_typed(self) -> bool:
        """Whether the user typed anything that has to move with its row."""
        return any(value is not None for column in self.constants.values() for value in column)


def look_at_extra_columns(place: PlacedTable) -> ExtraColumns:
    """Read the user's own columns: per column one call for its formulas, one for its format, and its values."""
    formulas: dict[int, str] = {}
    mixed: list[int] = []
    typed: list[int] = []
    formats: dict[int, str | None] = {}
    for position in place.extra:
        block = place.block(place.first, place.rows, position)
        formats[position] = block.number_format
        areas = formula_areas(block)
        if not areas:
            typed.append(position)
            continue
        whole = len(areas) == 1 and areas[0].shape == (place.rows, 1)
        formula = _same_in_every_row(formulas_of(areas[0])) if whole else ""
        if formula:
            formulas[position] = formula
        else:
            mixed.append(position)
    return ExtraColumns(formulas, place.read(typed), tuple(mixed), formats)


def formulas_of(block: xw.Range) -> list[str]:
    """Return the formulas of cells below each other, as the newer property has them: without it Excel adds ``@``."""
    found = block.formula2 if has_formula2(block) else block.formula
    return (
        [found] if isinstance(found, str) else [str(row[0] if isinstance(row, list | tuple) else row) for row in found]
    )


def fill_formula(block: xw.Range, formula: str) -> None:
    """Write a formula into all cells of a column; Excel moves what it names relative to its own row."""
    if has_formula2(block):
        block.formula2 = formula
    else:
        block.formula = formula


def has_formula2(block: xw.Range) -> bool:
    """Whether this Excel has ``Range.Formula2`` (2019 and older have not)."""
    try:
        block(1, 1).formula2  # noqa: B018 (to ask whether it is there)
    except WorkbookError:
        return True  # of a closed file, whose cell has no formula yet
    except Exception:  # noqa: BLE001 (an Excel without it says so in its own way)
        return False
    return True


def _same_in_every_row(formulas: Sequence[str]) -> str:
    """Return the formula of the first row when the others are the same, filled down from it; else nothing."""
    first = formulas[0]
    if names_whole_rows(first):
        return first if len(set(formulas)) == 1 and not has_relative_reference(first) else ""
    same = all(filled_down(first, i) == formula for i, formula in enumerate(formulas))
    return first if same else ""


def refuse_mixed_formulas(place: PlacedTable, extra: ExtraColumns) -> None:
    """Raise ``FormulasInColumn`` naming every column whose formulas can't be filled again."""
    if extra.mixed:
        raise FormulasInColumn(place.sheet.name, [place.headers[i] for i in extra.mixed])


def moved_constants(
    extra: ExtraColumns, before: Sequence[Hashable], after: Sequence[Hashable]
) -> tuple[dict[int, list[Any]], dict[int, str]]:
    """Put what the user typed into the rows where the same transactions are now.

    ``before`` and ``after`` identify the rows; of rows that are the same, the first counts. Returns the values and the
    format of each column.
    """
    row_of: dict[Hashable, int] = {}
    for i, identity in enumerate(before):
        row_of.setdefault(identity, i)
    values: dict[int, list[Any]] = {}
    formats: dict[int, str] = {}
    for position, column in extra.constants.items():
        formats[position] = _format_for(extra.formats[position], column)
        write = as_text if formats[position] == TEXT_FORMAT else _in_any_format
        values[position] = [
            write(column[row_of[identity]]) if identity in row_of and identity else None for identity in after
        ]
    return values, formats


def _format_for(code: str | None, column: Sequence[Any]) -> str:
    """Keep the column's format; where its cells have several, one that changes none of its values."""
    if code is not None:
        return code
    return TEXT_FORMAT if all(value is None or isinstance(value, str) for value in column) else GENERAL_FORMAT


def _in_any_format(value: Any) -> Any:
    return marked_text(value) if isinstance(value, str) else value
