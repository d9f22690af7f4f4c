"""The help page as one file without anything from outside: chapters in order, generated lists, table of contents."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from xlpy.help.lists import parts
from xlpy.help.markdown import html_of
from xlpy.version import __version__

if TYPE_CHECKING:
    import click

CHAPTERS = (
    *("start", "install", "manage", "sl", "mapping", "batch", "after", "two_persons", "month_end"),
    *("payments", "morning", "records", "scheduling", "troubleshooting", "settings", "rules", "commands", "sheets"),
)
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)


def chapter_title(name: str) -> str:
    """Return a chapter's title. Raises ``FileNotFoundError`` for a name that is none."""
    found = _TITLE.search(_text(name))
    return found[1].strip() if found else name


def help_page(group: click.Group) -> str:
    """Return the whole page as HTML. ``group``: the command line, whose commands it lists."""
    generated = parts(group)
    style = (files("xlpy.help") / "style.css").read_text(encoding="utf-8")
    contents = "\n".join(f'<li><a href="#{name}">{escape(chapter_title(name))}</a></li>' for name in CHAPTERS)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Manage to SL {__version__}: help</title>
<style>
{style}</style>
</head>
<body>
<a class="skip" href="#top">Skip to the text</a>
<div class="frame">
<nav aria-label="Contents"><strong>Manage to SL</strong><ol>
{contents}
</ol></nav>
<main id="top" tabindex="-1">
<h1>Manage to SL</h1>
<p class="muted">Help for version {__version__}. From what ConnectWise Manage has not posted to unreleased batches in
Dynamics SL.</p>
{"".join(_chapter(name, generated) for name in CHAPTERS)}
</main>
</div>
</body>
</html>
"""


def _chapter(name: str, generated: Mapping[str, Callable[[], str]]) -> str:
    body = _TITLE.sub("", _text(name), count=1)
    made = html_of(body, generated, prefix=f"{name}-")
    return f'<section aria-labelledby="{name}"><h2 id="{name}">{escape(chapter_title(name))}</h2>\n{made}</section>\n'


def _text(name: str) -> str:
    return (files("xlpy.help") / "chapters" / f"{name}.md").read_text(encoding="utf-8")
