"""Formulas that count what is included: alive, so that a mark that is typed or cleared is counted at once.

Built of COUNTIFS and SUMIFS on the tables' columns, which Excel, LibreOffice and a save of the closed file all keep.
"""

from __future__ import annotations

from xlpy.domain.values.statuses import DONE
from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.work_sheets import EXPENSES, INVENTORY, INVOICES

# What counts as a mark, as ``parse_include`` reads it; "tru?" since TRUE alone would mean the truth value.
MARKS = ("yes", "again", "y", "x", "1", "tru?")
_TICK = {
    INVOICES.table: Home.EXPORT_INVOICES,
    EXPENSES.table: Home.EXPORT_EXPENSES,
    INVENTORY.table: Home.EXPORT_INVENTORY,
}


def included_formula(kind: str, currency: str, total: str = "") -> str:
    """Count the included rows of the kind and currency that two cells name, or add up their column ``total``.

    A kind that Home does not export counts nothing, nor does a row that a run has done.
    """
    chosen = '""'
    for table, tick in reversed(_TICK.items()):
        ticked = f'ISNUMBER(MATCH(LEFT({tick},1),{{"Y","T"}},0))'
        chosen = f'IF({kind}="{table}",IF({ticked},{of_table(table, currency, total)},0),{chosen})'
    return f"={chosen}"


def of_table(table: str, currency: str = "", total: str = "") -> str:
    """Count or add up the included rows of one table, of one currency or of all."""
    marks = ",".join(f'"{mark}"' for mark in MARKS)
    criteria = [f"{table}[Include],{{{marks}}}"]
    criteria += [f'{table}[Currency],{currency}&""'] if currency else []
    criteria += [f'{table}[Status],"<>{status}"' for status in sorted(DONE)]
    function = f"SUMIFS({table}[{total}]," if total else "COUNTIFS("
    return f"SUMPRODUCT({function}{','.join(criteria)}))"
