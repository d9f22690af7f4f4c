"""Settings files as people and editors make them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

OTHER_VALUES = {
    "a list": "[1, 2]",
    "a table": "{ a = 1 }",
    "a date": "2026-10-31",
    "a number": "-1",
    "a huge number": "9" * 30,
    "not a number": "nan",
    "true": "true",
    "an empty text": '""',
    "a text with a NUL": '"a\\u0000b"',
    "a long text": '"' + "x" * 5_000 + '"',
}


@dataclass(frozen=True)
class BadSettings:
    """What is wrong with them, and their bytes."""

    what: str
    data: bytes


def bad_settings(good: str, template: str) -> Iterator[BadSettings]:
    """Make every one of them. ``good``: settings that work; ``template``: all keys, each in a comment or set."""
    yield BadSettings("in UTF-16", good.encode("utf-16"))
    yield BadSettings("in Latin-1", (good + '\n[sl2]\na = "é"\n').encode("latin-1"))
    yield BadSettings("only zeros", bytes(100))
    yield BadSettings("a picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    yield BadSettings("nested lists", (good + "\na = " + "[" * 20_000 + "]" * 20_000).encode())
    yield BadSettings("nested tables", (good + "\na = " + "{ a = " * 5_000 + "1" + " }" * 5_000).encode())
    yield BadSettings("a long dotted key", (good + "\n" + ".".join("a" * 20_000) + " = 1").encode())
    yield BadSettings("very large", (good + "\n# " + "x" * 3_000_000).encode())
    yield BadSettings("a section twice", (good + "\n[sl]\n").encode())
    for at in range(1, 20):
        yield BadSettings(f"cut after {at} of 20 parts", good.encode()[: len(good) * at // 20])
    section = ""
    for line in template.splitlines():
        if match := re.fullmatch(r"\[(\w+)\]", line.strip()):
            section = match[1]
        elif match := re.match(r"#?\s?(\w+) = ", line):
            for what, value in OTHER_VALUES.items():
                text = good if f"{match[1]} =" not in good else re.sub(rf"(?m)^{match[1]} = .*\n", "", good)
                head = f"[{section}]\n"
                line_of_key = f"{head}{match[1]} = {value}\n"
                made = text.replace(head, line_of_key) if head in text else f"{text}\n{line_of_key}"
                yield BadSettings(f"[{section}] {match[1]} is {what}", made.encode())
