"""What pressing a button comes to, and what a button is: the ribbon's groups are modules of their own beside this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from xlpy.services.run.reports import EXIT_CODE, RunState

if TYPE_CHECKING:
    import xlwings as xw

    from xlpy.services.flows.told import Told
    from xlpy.services.run.session import Progress, Session


@dataclass(frozen=True, slots=True)
class Pressed:
    """What pressing a button came to: the exit code, one text for the user, and the JSON of ``--json``.

    ``shows``: the sheet where the outcome is (empty: the user stays where she is). ``state``: Home's word for it,
    instead of the JSON's. ``note``: what Home says when no box is shown (``text`` is empty).
    """

    exit_code: int
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)
    shows: str = ""
    state: str = ""
    note: str = ""

    @classmethod
    def of(cls, told: Told[Any], more: str = "", *, shows: str = "", state: str = "") -> Pressed:
        """Show what a flow told; ``more``: words about the workbook."""
        return cls(told.exit_code, told.text + more, told.data, shows, state)

    def not_shown(self, why: str) -> Pressed:
        """Return it for a workbook that could not be filled: what was done is told all the same, and that it is not."""
        return replace(self, exit_code=self.exit_code or EXIT_CODE[RunState.WITH_ERRORS], text=f"{self.text} {why}")


@dataclass(frozen=True, slots=True)
class Choices:
    """What the command line says in place of cells: ``--yes``, ``--dry-run`` and the like; the ribbon has the cells.

    ``yes``: confirmed, nothing has to be typed on Home. ``batch``: the earlier batch, instead of Home's.
    ``start``/``start_date``: where the payment sync starts. ``take_over``: invoices whose payment in Manage is ours.
    ``again``: record ids to post anew. ``folder``: where a record or a log is saved. ``run_id``: of which run.
    ``ask``: asks whoever sits there before something is written; None: nobody does.
    ``as_zip``: one file instead of a folder. ``period``/``everything``: what to reconcile, instead of a batch.
    ``page``: where a page to print is saved. ``through``: a day (ISO), instead of Home's.
    ``ask_for``: of what approval is asked; ``request``: the number of the one to be approved.
    """

    yes: bool = False
    dry_run: bool = False
    batch: str = ""
    start: str = ""
    start_date: str = ""
    take_over: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    folder: str = ""
    run_id: str = ""
    as_zip: bool = False
    period: str = ""
    page: str = ""
    through: str = ""
    everything: bool = False
    ask_for: str = ""
    request: int = 0
    ask: Callable[[str], bool] | None = None


Handler: TypeAlias = Callable[["Session", "xw.Book", Choices], Pressed]
"""A button that works on both systems."""

BookHandler: TypeAlias = Callable[["xw.Book", "Progress", Choices], Pressed]
"""A button that must work before a session can be opened (log in, log out, help)."""

OpeningHandler: TypeAlias = Callable[["xw.Book", Callable[[], "Session"], Choices], Pressed]
"""A button that opens the session itself, since that it can't be opened is what it is about (check setup)."""
