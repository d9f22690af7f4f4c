"""sync: what SL has been paid, into Manage."""

from __future__ import annotations

import click

COMMANDS: tuple[click.Command, ...] = ()
