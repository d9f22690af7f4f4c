"""The group Records of the ribbon: list of errors, full log, audit record, reconcile."""

from __future__ import annotations

from collections.abc import Mapping

from xlpy.excel.pressed import Handler

BUTTONS: Mapping[str, Handler] = {}
