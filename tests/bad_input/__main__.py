"""Every bad workbook, settings file and answer of Manage, with the counts: ``python -m tests.bad_input``."""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from bad_answers import bad_answers
from bad_input_stage import a_desk
from bad_settings import bad_settings
from bad_workbooks import bad_workbooks


def main() -> int:
    """Print each that ends otherwise than it should, then how all ended. Returns 1 when one did."""
    faults = 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XLPY_DATA"] = str(Path(folder) / "data")
        with a_desk(Path(folder)) as desk:
            before = desk.sl_rows()
            desk.refresh_and_preview(None)
            paths = dict(desk.line.paths)
            tried = (
                ("answers", ((bad.what, desk.refresh_and_preview(bad)) for bad in bad_answers(paths))),
                ("workbooks", ((bad.what, desk.check(bad.data)) for bad in bad_workbooks(desk.good))),
                (
                    "settings",
                    ((bad.what, desk.refresh(bad.data)) for bad in bad_settings(desk.settings, desk.template)),
                ),
            )
            for name, ended in tried:
                codes: Counter[int] = Counter()
                for what, end in ended:
                    codes[end.code] += 1
                    if end.fault:
                        faults += 1
                        print(f"{name}: {what}: {end.fault[:300]}")
                print(f"{sum(codes.values())} {name}: " + ", ".join(f"exit {c}: {n}" for c, n in sorted(codes.items())))
            changed = {name: rows for name, rows in desk.sl_rows().items() if rows != before[name]}
            print(f"SL's tables changed: {changed or 'none'}")
    return int(bool(faults or changed))


if __name__ == "__main__":
    sys.exit(main())
