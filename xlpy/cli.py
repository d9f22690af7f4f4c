"""The command line: what the ribbon does, on a closed workbook; for servers, schedulers and people who like it.

Exit codes: 0 completed, 1 nothing written because of problems, 2 could not run, 3 completed with errors.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, NoReturn

import click

from xlpy.commands import approving, batch, connect, demo, help_page, history, payments, records, rules, watch
from xlpy.commands.console import AS_JSON, print_json, say
from xlpy.errors import XlpyError
from xlpy.masking import masked, masking
from xlpy.version import __version__

logger = logging.getLogger("xlpy.cli")


class _Words(click.Group):
    """Turns the product's own errors, and anything unexpected, into words and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        with masking():  # up to the last word that is said, also after the session was closed
            return self._invoke(ctx)

    def _invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except XlpyError as error:
            _fail(ctx, error.exit_code, str(error))
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except KeyboardInterrupt:
            _fail(ctx, 2, "Stopped. Whatever was committed in SL is finished by the next run or by 'xlpy recover'.")
        except Exception as error:
            from xlpy.runlog import run_log

            with run_log("cli") as log:
                logger.exception("Unexpected")
            what = f"{type(error).__name__}: {error}"
            _fail(ctx, 2, f"Something unexpected happened ({what}). The full log: {log.path}")


def _fail(ctx: click.Context, code: int, text: str) -> NoReturn:
    """End a command that could not be done: words on standard error, and JSON on standard output when asked for."""
    from xlpy.services.as_json.run import failed_json

    say(masked(text))
    if ctx.meta.get(AS_JSON):
        print_json(failed_json(masked(text)))
    ctx.exit(code)


@click.group(cls=_Words, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="xlpy")
def main() -> None:
    """Manage to SL: post ConnectWise Manage's transactions into Dynamics SL, and know what was posted."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


for _module in (connect, batch, records, history, payments, approving, rules, watch, help_page, demo):
    for _command in _module.COMMANDS:
        main.add_command(_command)

if __name__ == "__main__":
    main()
