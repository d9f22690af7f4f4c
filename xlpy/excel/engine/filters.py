"""AutoFilter of a table: what it is set to, setting it, and which rows it then hides.

Excel hides rows itself; on a closed file the engine has to work out what the filter shows. Filters that depend on
colours, the calendar or ranks are reported (so that nobody clears them unknowingly) but never applied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from openpyxl.worksheet.filters import AutoFilter, CustomFilter, CustomFilters, FilterColumn, Filters
from xlwings.base_classes import autofilter_criteria_snapshot, empty_autofilter_criteria

from xlpy.excel.engine.matching import Test, matches_comparisons, matches_values, serial_of, shown_text
from xlpy.excel.engine.refusals import CallNotSupported, FilterNotSupported
from xlpy.excel.engine.values import value_of

if TYPE_CHECKING:
    from xlpy.excel.engine.table import TableImpl

_SIGNS = {
    "equal": "=",
    "notEqual": "<>",
    "greaterThan": ">",
    "greaterThanOrEqual": ">=",
    "lessThan": "<",
    "lessThanOrEqual": "<=",
}
_OPERATORS: dict[str, Any] = {
    "equal_to": "equal",
    "not_equal_to": "notEqual",
    "greater_than": "greaterThan",
    "greater_than_or_equal": "greaterThanOrEqual",
    "less_than": "lessThan",
    "less_than_or_equal": "lessThanOrEqual",
}
_WILD = ("*", "?")


class AutoFilterImpl:
    """The filter of one table. Fields count from 1, from the table's first column."""

    __slots__ = ("_table",)

    def __init__(self, table: TableImpl) -> None:
        self._table = table

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise CallNotSupported(f"AutoFilter.{name}")

    @property
    def is_on(self) -> bool:
        """Whether any column is filtered."""
        return any(_kind(column) for column in self._columns())

    @property
    def criteria(self) -> list[Mapping[str, Any]]:
        """One entry per column, in the form that xlwings gives for Excel."""
        found = {column.colId + 1: column for column in self._columns()}
        return [
            self._snapshot(field, found[field]) if field in found else empty_autofilter_criteria(field)
            for field in range(1, self._table.range.shape[1] + 1)
        ]

    def apply_values(self, field: int, values: Sequence[str]) -> None:
        """Show the rows whose shown text is one of ``values``; a leading equals sign is Excel's, alone it is blank."""
        texts = [value.removeprefix("=") for value in values]
        if any(mark in text for text in texts for mark in _WILD) and len(texts) <= 2:
            wild = CustomFilters(customFilter=[CustomFilter(operator="equal", val=text) for text in texts])
            self._put(FilterColumn(colId=field - 1, customFilters=wild))
            return
        named = [text for text in texts if text]
        self._put(FilterColumn(colId=field - 1, filters=Filters(blank="" in texts or None, filter=named)))

    def apply_comparison(self, field: int, operator: str, value1: object, value2: object) -> None:
        """Show the rows that compare so; None stands for blank."""
        if operator in {"between", "not_between"}:
            signs: Any = ("greaterThanOrEqual", "lessThanOrEqual")
            if operator == "not_between":
                signs = ("lessThan", "greaterThan")
            parts = [CustomFilter(s, _operand(v)) for s, v in zip(signs, (value1, value2), strict=True)]
            self._put(
                FilterColumn(
                    colId=field - 1,
                    customFilters=CustomFilters(_and=operator == "between" or None, customFilter=parts),
                )
            )
        elif value1 is None and operator == "equal_to":
            self._put(FilterColumn(colId=field - 1, filters=Filters(blank=True)))
        else:
            part = CustomFilter(_OPERATORS[operator], " " if value1 is None else _operand(value1))
            self._put(FilterColumn(colId=field - 1, customFilters=CustomFilters(customFilter=[part])))

    def clear(self, field: int | None) -> None:
        """Take the filter from one column, or from all, and show the rows it hid."""
        self._table.sheet.refuse_protected()
        was_on = self.is_on
        auto = self._table.definition.autoFilter
        if auto is None:
            return
        auto.filterColumn = [c for c in auto.filterColumn if field is not None and c.colId != field - 1]
        if was_on:
            self._hide()

    def _put(self, column: FilterColumn) -> None:
        self._table.sheet.refuse_protected()
        definition = self._table.definition
        if definition.autoFilter is None:
            definition.autoFilter = AutoFilter(ref=definition.ref)
        kept = [c for c in definition.autoFilter.filterColumn if c.colId != column.colId]
        before = list(definition.autoFilter.filterColumn)
        definition.autoFilter.filterColumn = sorted([*kept, column], key=lambda c: c.colId)
        try:
            self._hide()
        except FilterNotSupported:
            definition.autoFilter.filterColumn = before
            raise

    def _columns(self) -> list[FilterColumn]:
        auto = self._table.definition.autoFilter
        return list(auto.filterColumn) if auto is not None else []

    def _snapshot(self, field: int, column: Any) -> Mapping[str, Any]:
        kind = _kind(column)
        if not kind:
            snapshot = empty_autofilter_criteria(field)
        elif kind == "values" and self._shown_texts(field) is None:
            snapshot = empty_autofilter_criteria(field, "unknown")  # how the cells look can't be told
        elif kind == "values" and not column.filters.filter:
            snapshot = autofilter_criteria_snapshot(field, "comparison", "=")
        elif kind == "values":
            listed = [f"={text}" for text in column.filters.filter] + ["="] * bool(column.filters.blank)
            snapshot = autofilter_criteria_snapshot(field, "values", listed)
        elif kind == "comparison":
            parts = [_SIGNS[c.operator] + ("" if _is_blank(c) else c.val) for c in column.customFilters.customFilter]
            join = "and" if column.customFilters._and else "or"  # noqa: SLF001 (openpyxl's name for it)
            snapshot = autofilter_criteria_snapshot(field, "comparison", *parts, *[None] * (2 - len(parts)), join)
        else:
            snapshot = empty_autofilter_criteria(field, kind)
        return snapshot  # type: ignore[no-any-return]  # xlwings is not typed for mypy here

    def _hide(self) -> None:
        """Hide the data rows that a filtered column does not show, and show all others."""
        box = self._table.range
        shown = [True] * (box.shape[0] - 1)
        for column in self._columns():
            if _kind(column):
                test = self._test_of(column)
                shown = [
                    yes and test(value, text)
                    for yes, (value, text) in zip(shown, self._cells(column.colId + 1), strict=True)
                ]
        dimensions = self._table.sheet.worksheet.row_dimensions
        for row, yes in enumerate(shown, box.row + 1):
            if not yes:
                dimensions[row].hidden = True
            elif row in dimensions:
                dimensions[row].hidden = False

    def _test_of(self, column: FilterColumn) -> Test:
        kind, field = _kind(column), column.colId + 1
        if kind == "values" and column.filters is not None:
            if self._shown_texts(field) is None:
                raise FilterNotSupported(self._header(field), "a list of values in a format of its own")
            return matches_values(column.filters.filter, blank=bool(column.filters.blank))
        if kind == "comparison" and column.customFilters is not None:
            parts = [(_SIGNS[c.operator], "" if _is_blank(c) else c.val) for c in column.customFilters.customFilter]
            return matches_comparisons(parts, every=bool(column.customFilters._and))  # noqa: SLF001
        raise FilterNotSupported(self._header(field), "by date group, colour, rank or calendar")

    def _cells(self, field: int) -> list[tuple[object, str | None]]:
        """Value and shown text of each data cell of a column."""
        box, sheet = self._table.range, self._table.sheet
        column = box.column + field - 1
        found: list[tuple[object, str | None]] = []
        for row in range(box.row + 1, box.last_row + 1):
            cell = sheet.cells.get((row, column))
            if cell is not None and cell.data_type == "f":
                found.append((None, None))
            else:
                value = None if cell is not None and cell.data_type == "e" else value_of(cell, sheet.name)
                found.append((value, shown_text(value, sheet.styles.format_code(sheet.style_at(row, column)[3]))))
        return found

    def _shown_texts(self, field: int) -> list[str] | None:
        texts = [text for _, text in self._cells(field)]
        return None if None in texts else [str(text) for text in texts]

    def _header(self, field: int) -> str:
        return str(self._table.definition.tableColumns[field - 1].name)


def _kind(column: FilterColumn) -> str:
    """Return xlwings' word for a column's filter; empty when it has none."""
    if column.customFilters is not None and column.customFilters.customFilter:
        return "comparison"
    if column.top10 is not None:
        return ("top" if column.top10.top in {None, True} else "bottom") + (
            "_percent" if column.top10.percent else "_items"
        )
    if column.dynamicFilter is not None or column.colorFilter is not None or column.iconFilter is not None:
        return "unknown"
    if column.filters is not None:
        if column.filters.dateGroupItem:
            return "unknown"
        return "values" if column.filters.filter or column.filters.blank else ""
    return ""


def _is_blank(part: CustomFilter) -> bool:
    return not str(part.val or "").strip()


def _operand(value: object) -> str:
    if isinstance(value, dict):
        day: date = datetime.fromisoformat(value["value"])
        return f"{serial_of(day):.12g}"
    return str(value).replace("~", "~~").replace("*", "~*").replace("?", "~?")
