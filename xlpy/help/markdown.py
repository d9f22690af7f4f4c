"""Markdown to HTML, with ids on headings; a line ``{{ name }}`` is replaced by a part that is generated."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from markdown_it import MarkdownIt

_PART = re.compile(r"<p>\{\{ (\w+) \}\}</p>")
_HEADING = re.compile(r"<h([23])>(.*?)</h\1>", re.DOTALL)


def html_of(text: str, parts: Mapping[str, Callable[[], str]], prefix: str = "") -> str:
    """Return a chapter as HTML. ``parts``: what makes the generated parts. Raises ``KeyError`` for an unknown one."""
    made = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table").render(text)
    made = made.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>")
    made = _HEADING.sub(lambda found: _with_id(found, prefix), made)
    return _PART.sub(lambda found: parts[found[1]](), made)


def anchor(title: str) -> str:
    """Return the id of a heading: its words in small letters with hyphens."""
    bare = re.sub(r"<[^>]*>|&\w+;", "", title)
    return re.sub(r"[^a-z0-9]+", "-", bare.casefold()).strip("-")


def _with_id(found: re.Match[str], prefix: str) -> str:
    level = int(found[1]) + 1  # the chapter's own title is above
    return f'<h{level} id="{prefix}{anchor(found[2])}">{found[2]}</h{level}>'
