"""Excel kept still while a button works: no flicker, no recalculation in between, and everything put back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import xlwings as xw


@contextmanager
def quiet(app: xw.App) -> Iterator[None]:
    """Turn screen updating off and calculation to manual; restore both and the status bar, whatever happens."""
    updating, calculation = app.screen_updating, app.calculation
    app.screen_updating = False
    app.calculation = "manual"
    try:
        yield
    finally:
        for name, value in (("calculation", calculation), ("screen_updating", updating), ("status_bar", False)):
            with suppress(Exception):  # a busy Excel must not keep the others from being put back
                setattr(app, name, value)
