"""help: the page with all chapters, and the words of a problem's code."""

from __future__ import annotations

import click

from xlpy.commands.console import JSON, command_line, end


@click.command("help")
@click.argument("topic", required=False, default="")
@click.option("--no-browser", is_flag=True, help="Only write the page and print where it is.")
@JSON
def show_help(topic: str, no_browser: bool, as_json: bool) -> None:
    """Open the help page; TOPIC is a chapter, a command, or a problem's code such as AUTO-REF (told in the console)."""
    from xlpy.help.show import open_page, place_of, words_of_code, write_help

    if words := words_of_code(topic):
        click.echo(words, err=as_json)
        end(0, "", {"state": "told", "text": words}, as_json)
    everything = command_line()
    place = place_of(topic, everything)
    path = write_help(everything)
    opened = not no_browser and open_page(path, place)
    if not as_json:
        click.echo(str(path))
    end(0, "", {"state": "opened" if opened else "written", "path": str(path), "place": place}, as_json)


COMMANDS: tuple[click.Command, ...] = (show_help,)
