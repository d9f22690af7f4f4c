"""The group Payments of the ribbon: sync payments."""

from __future__ import annotations

from collections.abc import Mapping

from xlpy.excel.pressed import Handler

BUTTONS: Mapping[str, Handler] = {}
