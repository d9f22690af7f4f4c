"""reconcile, audit, errors, log: what is kept and compared."""

from __future__ import annotations

import click

COMMANDS: tuple[click.Command, ...] = ()
