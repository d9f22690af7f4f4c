"""demo: everything on a built-in Manage site and SL company."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xlpy.commands.console import progress_bar


@click.command()
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo"),
    show_default=True,
    help="Where the demo's workbook, SL company and Manage site are kept.",
)
@click.option("--serve", is_flag=True, help="Keep the demo Manage site up until Ctrl+C, to try it by hand.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port of the site (default: any free one).")
@click.option("--invoices", type=click.IntRange(20, 100_000), default=60, show_default=True, help="Size of the sample.")
@click.option("--harsh", is_flag=True, help="A Manage site that is unkind in every way nobody could rule out.")
@click.option("--go-on", is_flag=True, help="Go on with what the folder has, instead of starting afresh.")
def demo(folder: Path, serve: bool, port: int, invoices: int, harsh: bool, go_on: bool) -> None:
    """Try everything on a built-in Manage site and SL company: no Manage, no SL, no Excel needed."""
    from xlpy.demo.scenario import run_demo, serve_demo

    if serve:
        sys.exit(serve_demo(folder, port=port, invoices=invoices, go_on=go_on, say=click.echo, harsh=harsh))
    with progress_bar() as progress:
        code = run_demo(
            folder, port=port, invoices=invoices, go_on=go_on, say=click.echo, progress=progress, harsh=harsh
        )
    sys.exit(code)


COMMANDS = (demo,)
