"""``python -m xlpy``: the command line."""

from __future__ import annotations

from xlpy.cli import main

main()
