"""The shape of every button: look, confirm, do, report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from xlpy.services.run.reports import RunReport

Report = TypeVar("Report")
Looked = TypeVar("Looked")
Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Told(Generic[Report]):
    """What a button came to, decided once for every place that shows it.

    ``report``: the facts, with the rows for a sheet or a frame. ``exit_code``: of the command line (0, 1 or 3).
    ``text``: one for the alert; ``lines``: for the console, when it says more. ``data``: what ``--json`` prints.
    ``waits``: nothing was done yet, and nothing but a yes is missing. ``question``: what to ask for that yes, where
    somebody is there to be asked.
    """

    report: Report
    exit_code: int
    text: str
    data: Mapping[str, Any]
    lines: str = ""
    waits: bool = False
    question: str = ""

    @property
    def console(self) -> str:
        """What the console shows."""
        return self.lines or self.text

    def adding(self, more: str) -> Told[Report]:
        """Return it with more words at the end."""
        return replace(self, text=self.text + more, lines=self.lines + more if self.lines else "")

    def declined(self) -> Told[Report]:
        """Return it for a question that was answered with no: nothing was done."""
        text = "Nothing was written: it was not confirmed."
        return replace(
            self, exit_code=1, text=text, lines="", data={**self.data, "state": "not confirmed"}, waits=False
        )


@dataclass(frozen=True, slots=True)
class Confirm:
    """How somebody says yes where they sit.

    ``said``: gets the word that says yes in full (``UNDO 20261031JD-I``), and tells whether it was said. ``how``: gets
    it too, and returns the words to add about how to say it. ``asks``: asks whoever sits there, after looking.
    """

    said: Callable[[str], bool]
    how: Callable[[str], str] = lambda _word: ""
    asks: Callable[[str], bool] | None = None


@dataclass(frozen=True, slots=True)
class Flow(Generic[Looked, Done]):
    """The way of a button that changes something.

    ``word``: what says yes in full. ``look``: what would be done, in words and counts, or every reason against it; it
    changes nothing. ``do``: does it, after looking again with everything locked.
    """

    word: str
    look: Callable[[], Told[Looked]]
    do: Callable[[], Told[Done]]

    def run(self, confirm: Confirm) -> Told[Looked] | Told[Done]:
        """Do it when yes was said; else only look, and say how to say yes if that is all that is missing."""
        if confirm.said(self.word):
            return self.do()
        found = self.look()
        if found.question and confirm.asks is not None:
            return self.do() if confirm.asks(found.question) else found.declined()
        return found.adding(confirm.how(self.word)) if found.waits else found


def told_run(report: RunReport) -> Told[RunReport]:
    """Tell a run: an export, a rerun, an undo, a clearing."""
    from xlpy.services.as_json.run import run_json

    return Told(report, report.exit_code, report.text, run_json(report))
