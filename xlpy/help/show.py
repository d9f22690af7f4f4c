"""Writes the help page to the user's data folder and opens it; or answers a problem's code in the console."""

from __future__ import annotations

import logging
from difflib import get_close_matches
from pathlib import Path

from xlpy.errors import XlpyError
from xlpy.files import keep_private
from xlpy.paths import data_folder

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


def write_help() -> Path:
    """Write the page and return its path."""
    from xlpy.help.page import help_page

    path = data_folder("help") / "Manage to SL.html"
    keep_private(path, help_page().encode("utf-8"))
    return path


def place_of(topic: str) -> str:
    """Return the anchor on the page for a chapter's name or a command. Raises ``TopicNotKnown``."""
    from xlpy.help.lists import command_list
    from xlpy.help.markdown import anchor
    from xlpy.help.page import CHAPTERS

    wanted = topic.strip().casefold()
    if not wanted:
        return ""
    if wanted in CHAPTERS:
        return wanted
    commands = {name: f"command-{anchor(name)}" for name, _ in command_list()}
    if wanted in commands:
        return commands[wanted]
    known = [*CHAPTERS, *commands, *(code.casefold() for code in _codes())]
    raise TopicNotKnown(topic, get_close_matches(wanted, known, n=3, cutoff=0.6), CHAPTERS)


def words_of_code(code: str) -> str:
    """Return what the console says about a problem's code; empty when it is none."""
    from xlpy.help.problem_texts import problem_texts

    text = problem_texts().get(code.strip().upper())
    if text is None:
        return ""
    lines = [f"{text.code} ({text.severity})", f"What:  {text.what}", f"Cure:  {text.fix}"]
    return "\n".join([*lines, f"Where: {text.where}"] if text.where else lines)


def open_page(path: Path, place: str = "") -> bool:
    """Open the page in the browser; False when there is none."""
    import webbrowser

    try:
        return webbrowser.open(path.as_uri() + (f"#{place}" if place else ""))
    except (webbrowser.Error, OSError):
        logger.warning("No browser could be opened", exc_info=True)
        return False


def _codes() -> list[str]:
    from xlpy.help.problem_texts import problem_texts

    return list(problem_texts())
