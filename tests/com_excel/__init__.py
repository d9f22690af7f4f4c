"""A stand-in for Excel on Windows: its object model behind the modules that xlwings' own Windows engine imports.

``Stage`` opens workbooks in it and presses buttons as the ribbon does; ``python -m tests.com_excel`` prints how many
calls each button makes. What the stand-in does not know raises ``NotModelled``, and is never guessed.
"""

from __future__ import annotations

from .com import Box, ComError, NotModelled
from .stage import Stage

__all__ = ["Box", "ComError", "NotModelled", "Stage"]
