"""Manage to SL: from ConnectWise Manage to Dynamics SL, through an Excel workbook, a command line or a notebook."""

from __future__ import annotations

__version__ = "0.1.0"
