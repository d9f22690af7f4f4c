"""Secrets that must not be shown: which are known now and for how long, and how a text loses them.

A secret belongs to a session or to one run and goes with it: a wrong key that was tried an hour ago masks nothing.
A short or common word masks only its own fields, for a log without the word "wrong" tells nobody anything.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import quote, quote_plus
from weakref import WeakSet

HIDDEN = "•••"
SHORTEST = 4  # shorter ones mask only their own fields
LONGEST_WORD = 12  # letters of one case, and digits, up to here may mean something else
_WHOLE_WORDS = 8  # shorter ones are masked as whole words only

_VALUE = r"""(\{(?:[^}]|\}\})*\}|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^;\s"'@,]+)"""
_FIELDS = re.compile(
    r"""(?i)((?:\b|_)(?:pwd|password)["')\]]*\s*[=:]+\s*"""  # of a connection string, a settings file, JSON
    r"""|(?:\b|_)private_?key["')\]]*\s*[=:,]+\s*|\bprivate_?key\W+(?=\w{8})"""
    r"""|\bauthorization\W+(?:basic|bearer)\s+|\bbasic\s+(?!authenti|authori)(?=[a-z0-9+/=]{8}))""" + _VALUE
)
_ENCODED_FIELD = re.compile(r"(?i)(pwd%3D)(?:(?!%3B)[^;&\s\"'@,])+")  # a connection string inside of an address
_ADDRESS = re.compile(
    r"""(://[^:/@\s]*:)(?:[^@\s"']+(?=@)"""  # user:password@server
    r"""|(?!\d{1,5}(?:\W|$))[^;\s"'@,]+)"""  # cut short before the server, but not server:port
)


class KnownSecrets:
    """Secrets that are masked until they are forgotten, at the latest with the one who holds this.

    ``collecting``: those that become known to others meanwhile are masked as long.
    """

    def __init__(self, *secrets: str, collecting: bool = False) -> None:
        self.collecting = collecting
        with _changing:
            self.secrets = known_now() if collecting else set()
            self.add(*secrets)

    def add(self, *secrets: str) -> None:
        """Mask these, too, or again after ``forget``."""
        with _changing:
            _known.add(self)
            for one in (self, *(other for other in _known if other.collecting)):
                one.secrets.update(filter(None, secrets))

    def forget(self) -> None:
        """Mask them no longer. Runs that go on still do, up to their end."""
        with _changing:
            _known.discard(self)
            self.secrets.clear()
            _made.clear()


_changing = threading.RLock()  # the log in window asks in threads
_known: WeakSet[KnownSecrets] = WeakSet()
# What hides the secrets that were asked for last: an audit record asks for each of its thousands of texts.
_made: dict[frozenset[str], re.Pattern[str] | None] = {}


def known_now() -> set[str]:
    """Return every secret that open sessions and runs know."""
    with _changing:
        return set().union(*(one.secrets for one in _known))


@contextmanager
def masking(*secrets: str) -> Iterator[None]:
    """Mask these and every secret that is known now or becomes known inside, to the end of the block."""
    known = KnownSecrets(*secrets, collecting=True)
    try:
        yield
    finally:
        known.forget()


def never_show(*secrets: str) -> None:
    """Mask these as long as the blocks of ``masking`` last that are open now. Without one, nothing is being told."""
    with _changing:
        for one in _known:
            if one.collecting:
                one.secrets.update(filter(None, secrets))


def masked(text: str, secrets: Iterable[str] = ()) -> str:
    """Return ``text`` without ``secrets`` and those known now, and without what stands where a secret belongs."""
    hidden = _ADDRESS.sub(rf"\1{HIDDEN}", without_secrets(text, secrets))
    return _ENCODED_FIELD.sub(rf"\1{HIDDEN}", _FIELDS.sub(rf"\1{HIDDEN}", hidden))


def without_secrets(text: str, secrets: Iterable[str] = ()) -> str:
    """Return ``text`` without ``secrets`` and those known now; data that only looks like one stays."""
    hiding = _hiding(frozenset(secrets) | known_now())
    return text if hiding is None else hiding.sub(HIDDEN, text)


def _hiding(secrets: frozenset[str]) -> re.Pattern[str] | None:
    with _changing:
        if secrets not in _made:
            _made.clear()
            spellings = {spelt for one in secrets if tells_something(one) for spelt in _spellings(one)}
            longest_first = sorted(spellings, key=len, reverse=True)
            _made[secrets] = re.compile("|".join(map(_pattern, longest_first))) if spellings else None
        return _made[secrets]


def tells_something(secret: str) -> bool:
    """Whether a text that has this secret in it can only mean the secret.

    Not so for up to three characters, for a word (letters as a word has them) and for a short number such as a year.
    """
    if len(secret) < SHORTEST:
        return False
    if len(secret) > LONGEST_WORD:
        return True
    return not (all(_is_word(part) for part in secret.split()) or re.fullmatch(r"[\d.,:/\s-]+", secret))


def _is_word(text: str) -> bool:
    return text.isalpha() and text in {text.lower(), text.upper(), text.capitalize()}


def _spellings(secret: str) -> set[str]:
    """Spell it as it is, and as in addresses, connection strings, JSON and Python."""
    return {
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        secret.replace("}", "}}"),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
    }


def _pattern(spelt: str) -> str:
    if len(spelt) >= _WHOLE_WORDS:
        return re.escape(spelt)
    before = r"(?<!\w)" if spelt[0].isalnum() else ""
    after = r"(?!\w)" if spelt[-1].isalnum() else ""
    return f"{before}{re.escape(spelt)}{after}"
