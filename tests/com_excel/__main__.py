"""``python -m tests.com_excel [rows …]``: a table of the calls that each button makes to Excel (100 and 5,000 rows)."""

from __future__ import annotations

import sys

from .calls import measure, table


def main() -> None:
    sizes = [int(word) for word in sys.argv[1:]] or [100, 5_000]
    print(table({rows: measure(rows) for rows in sizes}))


if __name__ == "__main__":
    main()
