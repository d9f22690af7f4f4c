"""What SL holds of dates: which days it can, and what stands for none (SL: smalldatetime)."""

from __future__ import annotations

from datetime import date

NO_DATE = date(1900, 1, 1)  # a blank date
EARLIEST, LATEST = date(1900, 1, 2), date(2079, 6, 6)
