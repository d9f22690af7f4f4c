"""Formulas that add up what is included and what is shown: alive, so that a mark that is typed is counted at once.

Built of COUNTIFS, SUMIFS and SUBTOTAL on the tables' columns, which Excel, LibreOffice and a save of the closed file
all keep. A kind that Home does not export counts nothing, nor does a row that a run has done.
"""

from __future__ import annotations

from xlpy.domain.values.statuses import DONE
from xlpy.excel.workbook.home_cells import INCLUDED_BLOCK, INCLUDED_ROWS, INCLUDED_SUMS, Home
from xlpy.excel.workbook.work_sheets import EXPENSES, INVENTORY, INVOICES

# What counts as a mark, as ``parse_include`` reads it; "tru?" since TRUE alone would mean the truth value.
MARKS = ("yes", "again", "y", "x", "1", "tru?")
OVERTAKEN, IN_FORCE = "overtaken by changes", "in force"
BETWEEN = "  ·  "
_TICK = {
    INVOICES.table: Home.EXPORT_INVOICES,
    EXPENSES.table: Home.EXPORT_EXPENSES,
    INVENTORY.table: Home.EXPORT_INVENTORY,
}
MARKED = frozenset(_TICK)  # the tables where one marks


def included_formula(kind: str, currency: str, total: str = "") -> str:
    """Count the included rows of the kind and currency that two cells name, or add up their column ``total``."""
    of = {table: included(table, f'{table}[Currency],{currency}&""', total) for table in _TICK}
    return f"={_of_kind(kind, of)}"


def shown_formula(kind: str, currency: str) -> str:
    """Add up *Total* of the rows that a filter shows, of the kind and currency that two cells name."""
    shown: dict[str, str] = {}
    for table in _TICK:
        header = f"{table}[[#Headers],[Total]]"
        each = f"SUBTOTAL(109,OFFSET({header},ROW({table}[Total])-ROW({header}),0))"
        shown[table] = f'SUMPRODUCT({each}*({table}[Currency]={currency}&""))'
    return f"={_of_kind(kind, shown)}"


def _of_kind(kind: str, of_table: dict[str, str]) -> str:
    chosen = '""'
    for table, formula in reversed(of_table.items()):
        chosen = f'IF({kind}="{table}",{formula},{chosen})'
    return chosen


def included(table: str, criteria: str = "", total: str = "") -> str:
    """Return what counts the included rows of a table, or adds up a column of theirs; 0 where Home exports none."""
    ticked = f'ISNUMBER(MATCH(LEFT({_TICK[table]},1),{{"Y","T"}},0))'
    return f"IF({ticked},{of_table(table, criteria, total)},0)"


def of_table(table: str, criteria: str = "", total: str = "") -> str:
    """Count or add up the included rows of one table. ``criteria``: of COUNTIFS, besides the mark and the status."""
    marks = ",".join(f'"{mark}"' for mark in MARKS)
    found = [f"{table}[Include],{{{marks}}}"]
    found += [criteria] if criteria else []
    found += [f'{table}[Status],"<>{status}"' for status in sorted(DONE)]
    function = f"SUMIFS({table}[{total}]," if total else "COUNTIFS("
    return f"SUMPRODUCT({function}{','.join(found)}))"


def customer_formula(customer: str, currency: str, total: str = "") -> str:
    """Count or add up the included invoices of the customer and the currency that two cells name."""
    table = INVOICES.table
    criteria = f'{table}[Company],{customer},{table}[Currency],{currency}&""'
    return f'=IF({customer}="","",{included(table, criteria, total)})'


def line_of_sums(table: str, *, of_shown: bool) -> str:
    """Return the line above a table: how many rows, and their totals by currency. Two currencies are never added.

    FIXED and not TEXT: its figures are those of the user's own Excel, whatever its language.
    """
    count = f"SUBTOTAL(103,{table}[Id])" if of_shown else _count_of(table)
    column = 3 if of_shown else 2
    parts = [f'"{"Rows shown" if of_shown else "Included"}: "&{count}']
    for row in range(1, INCLUDED_ROWS + 1):
        kind, currency = (f"INDEX({INCLUDED_BLOCK},{row},{at})" for at in (1, 2))
        amount = f"INDEX({INCLUDED_SUMS},{row},{column})"
        named = f'IF({currency}="","no currency",{currency})'
        told = f'{kind}="{table}"' + ("" if of_shown else f",N(INDEX({INCLUDED_SUMS},{row},1))>0")
        parts.append(f'IF(AND({told}),"{BETWEEN}"&{named}&" "&FIXED({amount},2),"")')
    return "&".join(parts)


def _count_of(table: str) -> str:
    return f'SUMIF(INDEX({INCLUDED_BLOCK},0,1),"{table}",INDEX({INCLUDED_SUMS},0,1))'


def base_currency(otherwise: str) -> str:
    """Return what gives the base currency's name; words instead, before the first refresh."""
    return f'IF({Home.BASE_CURRENCY}="","{otherwise}",{Home.BASE_CURRENCY})'


def preview_formula() -> str:
    """Say on Home what was previewed, and whether it is in force: never the hash.

    Another number of marks than those that were previewed overtakes it at once; what else has changed is found by the
    next button, which takes the preview's hash away.
    """
    of = Home.PREVIEW_OF
    previewed = f'VALUE(LEFT({of},FIND(" ",{of})-1))'
    marked = f"SUM(INDEX({INCLUDED_SUMS},0,1))"
    state = f'IF({Home.PREVIEW_HASH}="","{OVERTAKEN}",IF({previewed}={marked},"{IN_FORCE}","{OVERTAKEN}"))'
    return f'=IF({of}="","",{of}&", "&{state})'


def rerun_formula() -> str:
    """Say on Home that a rerun was looked at; never its hash."""
    return f'=IF({Home.RERUN_HASH}="","",{Home.EARLIER_BATCH}&": shown on Rerun")'
