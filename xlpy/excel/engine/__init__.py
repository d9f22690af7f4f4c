"""An xlwings engine over openpyxl: macros written against xlwings run unchanged on a closed file.

It knows only the calls that our macros use, and is never kinder than Excel. Nothing here knows a sheet or a column.
"""

from xlpy.excel.engine.application import ENGINE_NAME, Alert, open_book
from xlpy.excel.engine.parts import lost_parts

__all__ = ["ENGINE_NAME", "Alert", "lost_parts", "open_book"]
