"""Converters that remember what they made of a value: most values of SL's wide rows are the same few blanks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

MOST = 1000  # values of one column that are remembered; all are forgotten when there are more


class Remembered(dict[Any, Any]):
    """Gives ``convert(value)``, and the same again for the same value without asking.

    Only values of exactly the types ``kept`` are remembered: a ``1.0`` must not be taken for the ``1`` that was seen.
    What ``convert`` raises is passed on, and raised anew the next time. Its ``__getitem__`` is the converter.
    """

    def __init__(self, convert: Callable[[Any], Any], *kept: type) -> None:
        """Remember the results of ``convert``, a function of its argument alone."""
        super().__init__()
        self._convert = convert
        self._kept = kept

    def __missing__(self, value: Any) -> Any:
        """Convert a value that was not seen lately."""
        made = self._convert(value)
        if type(value) in self._kept:
            if len(self) >= MOST:
                self.clear()
            self[value] = made
        return made
