"""The filter of a table: its criteria as VBA has them, and the rows that it hides.

What Excel gives back is not what was put: one value becomes ``=a``, two become ``=a`` Or ``=b``, dates their number
(documentation of ``Filter.Criteria1`` and ``Operator``; a value that is not there is an error 1004).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from openpyxl.worksheet.filters import AutoFilter as FileFilter
from openpyxl.worksheet.filters import CustomFilter, CustomFilters, FilterColumn, Filters

from . import contents
from .com import ComCollection, ComObject, excel_refuses, got

if TYPE_CHECKING:
    from .tables import ListObject

AND, OR, VALUES = 1, 2, 7  # XlAutoFilterOperator: xlAnd, xlOr, xlFilterValues
_SIGNS = {
    "equal": "=",
    "notEqual": "<>",
    "greaterThan": ">",
    "greaterThanOrEqual": ">=",
    "lessThan": "<",
    "lessThanOrEqual": "<=",
}
_CRITERION = re.compile(r"(<>|>=|<=|=|>|<)?(.*)", re.DOTALL)


@dataclass(frozen=True)
class Criteria:
    """What one field is filtered by. ``operator`` 0: one criterion. ``foreign``: a filter of a kind of its own."""

    first: Any
    operator: int = 0
    second: str | None = None
    foreign: Any = None


class AutoFilter(ComObject):
    """Excel.AutoFilter of a table."""

    def __init__(self, table: ListObject) -> None:
        super().__init__(table._wire)
        self._table = table
        self._criteria: dict[int, Criteria] = {}
        self._read_from_file()

    def _read_from_file(self) -> None:
        table = self._table
        if table._definition.autoFilter is not None:
            for column in table._definition.autoFilter.filterColumn:
                found = _from_file(column)
                if found is not None:
                    self._criteria[column.colId + 1] = found

    def _is_on(self) -> bool:
        return bool(self._criteria)

    def _set(self, field: int, first: Any, operator: Any, second: Any) -> None:
        """Set a field's criteria; none: show all of it. Then hide and show rows."""
        if not 1 <= field <= self._table._area()[3]:
            excel_refuses("AutoFilter method of Range class failed")
        if first is None and operator is None:
            self._criteria.pop(field, None)
        elif operator == VALUES:
            values = [first] if isinstance(first, str) else list(first)
            self._criteria[field] = _as_kept([v if str(v).startswith("=") else f"={v}" for v in values])
        elif operator in {None, AND, OR}:
            texts = [_as_number(str(first)), None if second is None else _as_number(str(second))]
            self._criteria[field] = Criteria(texts[0], int(operator or 0) if second is not None else 0, texts[1])
        else:
            self._wire.not_modelled(f"AutoFilter with operator {operator}")
        self._apply()

    def _apply(self) -> None:
        """Hide the rows that a field does not show. A filter of a kind of its own keeps what it hides."""
        foreign = any(c.foreign is not None for c in self._criteria.values())
        for row in self._table._rows():
            shown = all(self._shows(row, field, c) for field, c in self._criteria.items() if c.foreign is None)
            if foreign and shown and self._table._sheet._row_hidden(row):
                continue
            if shown != (not self._table._sheet._row_hidden(row)):
                self._table._sheet._file.row_dimensions[row].hidden = not shown

    def _shows(self, row: int, field: int, criteria: Criteria) -> bool:
        sheet = self._table._sheet
        column = self._table._area()[1] + field - 1
        cell = sheet._cells.get((row, column))
        if cell is None or cell._value is None:
            value, text = None, ""
        elif cell.data_type == "f":
            self._wire.not_modelled("Filtering by a formula's value")
        else:
            value = contents.given(cell._value, cell.data_type, cell.number_format, plainly=True)
            text = contents.shown(cell._value, cell.data_type, contents.told_format(cell.number_format))
        if criteria.operator == VALUES:
            wanted = {str(v)[1:].casefold() for v in criteria.first}
            return text.casefold() in wanted or any(_wild(w).fullmatch(text) for w in wanted if _has_wild(w))
        parts = [criteria.first] if criteria.second is None else [criteria.first, criteria.second]
        join: Callable[[Any], bool] = any if criteria.operator == OR else all
        return join(_passes(value, text, part) for part in parts)

    def _put_into_file(self) -> None:
        definition = self._table._definition
        if definition.autoFilter is None:
            return
        definition.autoFilter = FileFilter(ref=definition.ref)
        definition.autoFilter.filterColumn = [
            _to_file(field - 1, criteria) for field, criteria in sorted(self._criteria.items())
        ]

    Parent = got(lambda self: self._table)
    FilterMode = got(lambda self: self._is_on())
    Range = got(lambda self: self._table.Range)

    def Filters(self, field: Any) -> Any:
        """``Filters`` is a collection; xlwings asks it for one field at once: two calls."""
        self._wire.enter("get", "AutoFilter.Filters")
        return FieldFilters(self)(field)


class FieldFilters(ComCollection):
    """The filters of a table's fields."""

    def __init__(self, autofilter: AutoFilter) -> None:
        super().__init__(autofilter._wire)
        self._autofilter = autofilter

    def _members(self) -> list[Any]:
        return [FieldFilter(self._autofilter, i + 1) for i in range(self._autofilter._table._area()[3])]


class FieldFilter(ComObject):
    """Excel.Filter: of one field."""

    def __init__(self, autofilter: AutoFilter, field: int) -> None:
        super().__init__(autofilter._wire)
        self._autofilter = autofilter
        self._field = field

    def _criteria(self) -> Criteria:
        found = self._autofilter._criteria.get(self._field)
        if found is None or found.foreign is not None:
            excel_refuses("Application-defined or object-defined error")
        return found

    On = got(lambda self: self._field in self._autofilter._criteria)

    @got
    def Operator(self) -> int:
        """XlAutoFilterOperator; 0 for one criterion, 8 to 11 for colours, icons and the calendar."""
        found = self._autofilter._criteria.get(self._field)
        return 11 if found is not None and found.foreign is not None else self._criteria().operator

    @got
    def Criteria1(self) -> Any:
        first = self._criteria().first
        return tuple(first) if isinstance(first, list) else first

    @got
    def Criteria2(self) -> Any:
        """Error 1004 when there is none."""
        second = self._criteria().second
        if second is None:
            excel_refuses("Application-defined or object-defined error")
        return second


def _as_kept(values: list[str]) -> Criteria:
    if len(values) == 1:
        return Criteria(values[0])
    if len(values) == 2:
        return Criteria(values[0], OR, values[1])
    return Criteria(values, VALUES)


_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: (\d{1,2}):(\d{1,2}):([\d.]+))?")


def _as_number(criterion: str) -> str:
    """A criterion that VBA gives as a date (month before day) is kept as the number of the date."""
    sign, rest = _split(criterion)
    found = _DATE.fullmatch(rest)
    if found is None:
        return criterion
    month, day, year = int(found[1]), int(found[2]), int(found[3])
    moment = dt.datetime(year, month, day)  # noqa: DTZ001
    if found[4]:
        moment += dt.timedelta(hours=int(found[4]), minutes=int(found[5]), seconds=float(found[6]))
    return f"{sign}{contents.serial(moment):.12g}"


def _split(criterion: str) -> tuple[str, str]:
    found = _CRITERION.fullmatch(criterion)
    assert found is not None
    return found[1] or "", found[2]


def _passes(value: Any, text: str, criterion: str) -> bool:
    """Whether a cell passes: numbers by their value, texts by what is shown and without case; ``=`` alone is blank."""
    sign, operand = _split(criterion)
    sign = sign or "="
    if not operand.strip():
        return (value is None) == (sign == "=")
    number = _float(operand)
    if sign in {"=", "<>"}:
        if number is not None and isinstance(value, float):
            same = value == number
        else:
            same = bool(text) and _wild(operand).fullmatch(text) is not None
        return same == (sign == "=")
    if number is not None:
        one: Any = value if isinstance(value, float) else None
        other: Any = number
    else:
        one, other = value.casefold() if isinstance(value, str) else None, operand.casefold()
    if one is None:
        return False
    return bool({"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[sign])


def _float(text: str) -> float | None:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None


def _has_wild(text: str) -> bool:
    return any(mark in text for mark in "*?~")


@lru_cache(1_000)
def _wild(text: str) -> re.Pattern[str]:
    """``*`` is any text, ``?`` any character, ``~`` takes the next as it is (support page *wildcard characters*)."""
    out, i = "", 0
    while i < len(text):
        if text[i] == "~" and text[i + 1 : i + 2] in {"*", "?", "~"}:
            out, i = out + re.escape(text[i + 1]), i + 2
            continue
        out += {"*": ".*", "?": "."}.get(text[i], re.escape(text[i]))
        i += 1
    return re.compile(out, re.IGNORECASE | re.DOTALL)


def _from_file(column: Any) -> Criteria | None:
    if column.customFilters is not None and column.customFilters.customFilter:
        parts = [_SIGNS[f.operator or "equal"] + str(f.val or "").strip() for f in column.customFilters.customFilter]
        join = AND if column.customFilters._and else OR
        return Criteria(parts[0], join if len(parts) > 1 else 0, parts[1] if len(parts) > 1 else None)
    if any((column.top10, column.dynamicFilter, column.colorFilter, column.iconFilter)):
        return Criteria(None, foreign=column)
    if column.filters is None:
        return None
    if column.filters.dateGroupItem:
        return Criteria(None, foreign=column)
    values = [f"={text}" for text in column.filters.filter] + ["="] * bool(column.filters.blank)
    return _as_kept(values) if values else None


def _to_file(position: int, criteria: Criteria) -> FilterColumn:
    if criteria.foreign is not None:
        return criteria.foreign  # type: ignore[no-any-return]
    listed = criteria.first if criteria.operator == VALUES else [criteria.first, criteria.second]
    listed = [text for text in listed if text is not None]
    if all(_split(text)[0] in {"", "="} for text in listed) and criteria.operator != AND:
        texts = [_split(text)[1] for text in listed]
        if not any(_has_wild(text) for text in texts):
            named = [text for text in texts if text]
            return FilterColumn(colId=position, filters=Filters(blank="" in texts or None, filter=named))
    operators: dict[str, Any] = {sign: name for name, sign in _SIGNS.items()} | {"": "equal"}
    custom = [CustomFilter(operators[_split(text)[0]], _split(text)[1] or " ") for text in listed]
    return FilterColumn(
        colId=position, customFilters=CustomFilters(_and=criteria.operator == AND or None, customFilter=custom)
    )
