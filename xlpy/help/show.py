"""Writes the help page to the user's data folder and opens it; or answers a problem's code in the console."""

from __future__ import annotations

import logging
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from xlpy.errors import XlpyError
from xlpy.files import keep_private
from xlpy.paths import data_folder

if TYPE_CHECKING:
    import click

    from xlpy.excel.buttons.pressed import Pressed

logger = logging.getLogger(__name__)


class TopicNotKnown(XlpyError):
    """Neither a chapter, nor a command, nor a problem's code."""

    def __init__(self, topic: str, like: list[str], chapters: tuple[str, ...]) -> None:
        super().__init__(
            f"There is no help on {topic!r}.",
            fix=f"Did you mean {', '.join(like)}?"
            if like
            else f"Chapters: {', '.join(chapters)}; or a problem's code.",
        )


def write_help(group: click.Group) -> Path:
    """Write the page, with the commands of ``group`` listed on it, and return its path."""
    from xlpy.help.page import help_page

    path = data_folder("help") / "Manage to SL.html"
    keep_private(path, help_page(group).encode("utf-8"))
    return path


def place_of(topic: str, group: click.Group) -> str:
    """Return the anchor on the page for a chapter's name or a command of ``group``. Raises ``TopicNotKnown``."""
    from xlpy.help.lists import command_list
    from xlpy.help.markdown import anchor
    from xlpy.help.page import CHAPTERS

    wanted = topic.strip().casefold()
    if not wanted:
        return ""
    if wanted in CHAPTERS:
        return wanted
    commands = {name: f"command-{anchor(name)}" for name, _ in command_list(group)}
    if wanted in commands:
        return commands[wanted]
    known = [*CHAPTERS, *commands, *(code.casefold() for code in _codes())]
    raise TopicNotKnown(topic, get_close_matches(wanted, known, n=3, cutoff=0.6), CHAPTERS)


def words_of_code(code: str) -> str:
    """Return what the console says about a problem's code; empty when it is none."""
    from xlpy.domain.checks.table import CHECKS
    from xlpy.domain.values.site_rules import CODE_PREFIX

    wanted = code.strip().upper()
    check = CHECKS.get(wanted)
    if check is None and wanted.startswith(CODE_PREFIX):
        return f"{wanted} is a code of your own rules: its words are in the file that [site] rules names."
    if check is None:
        return ""
    told = (f"{check.code} ({check.severity})", f"What:  {check.what}", f"Cure:  {check.fix}", f"Where: {check.where}")
    return "\n".join(told)


def open_page(path: Path, place: str = "") -> bool:
    """Open the page in the browser; False when there is none."""
    import webbrowser

    try:
        return webbrowser.open(path.as_uri() + (f"#{place}" if place else ""))
    except (webbrowser.Error, OSError):
        logger.warning("No browser could be opened", exc_info=True)
        return False


def press_help(group: click.Group) -> Pressed:
    """Do what the ribbon's button Help does: write the page and open it, or say where it is."""
    from xlpy.excel.buttons.pressed import Pressed

    path = write_help(group)
    opened = open_page(path)
    text = "" if opened else f"No browser could be opened. The help page is here: {path}"
    return Pressed(0, text, {"state": "opened" if opened else "written", "path": str(path)})


def _codes() -> list[str]:
    from xlpy.domain.checks.table import CHECKS

    return list(CHECKS)
