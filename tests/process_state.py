"""All state that the product keeps for a process, and how a test gets it as a fresh process has it.

``tests/product/test_state_of_the_process.py`` finds such state in the code and fails for what is not listed here.
"""

from __future__ import annotations

import decimal
import gc
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

PutBack = Callable[[], object]


def _nothing() -> None:
    """Put nothing back: the module is not loaded."""


def _loaded(state: str) -> Any:
    """Return the object of that dotted name, None when nobody has loaded its module yet."""
    module, _, name = state.rpartition(".")
    return vars(sys.modules[module])[name] if module in sys.modules else None


def _secrets(state: str) -> PutBack:
    def forget_all() -> None:
        for known in list(_loaded(state) or ()):
            known.forget()

    forget_all()  # also those of a stage that several tests share
    return forget_all


def _emptied(state: str) -> PutBack:
    kept = _loaded(state)
    if kept is None:
        return _nothing
    kept.clear()
    return kept.clear  # type: ignore[no-any-return]


def _cache(state: str) -> PutBack:
    kept = _loaded(state)
    return _nothing if kept is None else kept.cache_clear  # type: ignore[no-any-return]


def _open_books(state: str) -> PutBack:
    """Close what a test left open; books of a stage that several tests share stay."""

    def apps() -> Any:
        return getattr(_loaded(state), "apps", {})

    before = set(apps().keys())

    def close_others() -> None:
        for number in set(apps().keys()) - before:
            apps()[number].forget()

    return close_others


def _logger(_state: str) -> PutBack:
    logger = logging.getLogger("xlpy")
    level, propagate, handlers = logger.level, logger.propagate, list(logger.handlers)

    def put_back() -> None:
        logger.setLevel(level)
        logger.propagate = propagate
        logger.handlers[:] = handlers

    return put_back


def _collector(_state: str) -> PutBack:
    gc.enable()
    return gc.enable


def _attribute(module: str, name: str) -> Callable[[str], PutBack]:
    def keep(_state: str) -> PutBack:
        before = vars(sys.modules[module]).get(name) if module in sys.modules else None

        def put_back() -> None:
            if before is not None:
                setattr(sys.modules[module], name, before)

        return put_back

    return keep


def _streams(_state: str) -> PutBack:
    before = [(stream, stream.errors) for stream in (sys.stdout, sys.stderr) if hasattr(stream, "reconfigure")]

    def put_back() -> None:
        for stream, errors in before:
            if not stream.closed and stream.errors != errors:
                stream.reconfigure(errors=errors)

    return put_back


def _environment() -> PutBack:
    before = dict(os.environ)

    def put_back() -> None:
        for name in set(os.environ) - {*before, "PYTEST_CURRENT_TEST"}:
            del os.environ[name]
        for name, value in before.items():
            if os.environ.get(name) != value:
                os.environ[name] = value

    return put_back


def _folder() -> PutBack:
    before = os.getcwd()  # noqa: PTH109 (put back as it is, links and all)
    return lambda: os.chdir(before)


def _arithmetic() -> PutBack:
    before = decimal.getcontext().copy()
    return lambda: decimal.setcontext(before)


def _keyring() -> PutBack:
    import keyring.core

    before = keyring.core._keyring_backend

    def put_back() -> None:
        keyring.core._keyring_backend = before

    return put_back


# State that may be another one after a test → how it is kept and put back.
RESET: Mapping[str, Callable[[str], PutBack]] = {
    "xlpy.masking._known": _secrets,
    "xlpy.masking._made": _emptied,
    "xlpy.profile.vault._gave_up": _emptied,
    "xlpy.sl.ledger_book.lock._in_memory": _emptied,
    "xlpy.excel.engine.application._ENGINE": _open_books,
    "xlpy.excel.audit.fonts._font_files": _cache,
    "xlpy.runlog.run_log: logger.setLevel": _logger,
    "xlpy.runlog.run_log: logger.addHandler": _logger,
    "xlpy.runlog.run_log: logger.propagate": _logger,
    "xlpy.collecting.collecting_paused: gc.disable": _collector,
    "xlpy.collecting.collecting_paused: gc.enable": _collector,
    "xlpy.macros._limit_patience: vars(on_windows)['N_COM_ATTEMPTS']": _attribute(
        "xlwings._xlwindows", "N_COM_ATTEMPTS"
    ),
    "xlpy.sl.connection.engine.mssql_engine: pyodbc.pooling": _attribute("pyodbc", "pooling"),
    "xlpy.cli.main: stream.reconfigure": _streams,
}

# State that is the same whichever test ran before → why.
STAYS: Mapping[str, str] = {
    "xlpy.domain.facts.periods._ends_around": "a function of its arguments",
    "xlpy.domain.facts.periods._ends_of_year": "a function of its arguments",
    "xlpy.domain.facts.periods.calendar_is_usable": "a function of its arguments",
    "xlpy.domain.values.money._quantized": "a function of its arguments",
    "xlpy.manage.http.answers._decimal": "a function of its arguments",
    "xlpy.domain.values.widths.fit_text": "a function of its arguments",
    "xlpy.manage.row._day_of": "a function of its arguments",
    "xlpy.manage.row._of_whole": "a function of its arguments",
    "xlpy.manage.row._ref": "a function of its arguments",
    "xlpy.profile.record_address._site_of_the_browser": "a function of its arguments",
    "xlpy.excel.workbook.cell_values._midnight": "a function of its arguments",
    "xlpy.excel.vba.compression.compress": "a function of its arguments",
    "xlpy.sl.connection.schema.known_tables": "read from the package; read-only",
    "xlpy.sl.connection.schema.known_names": "read from the package; read-only",
    "xlpy.sl.connection.catalogue._spellings": "read from the package",
    "xlpy.sl.connection.catalogue._from_sqlite": "a function of its arguments",
    "xlpy.sl.connection.catalogue._table": "a function of its arguments; nobody changes a table",
    "xlpy.demo.site.door.schemas._facts": "read from the package",
    "xlpy.demo.site.door.schemas.schema_names": "read from the package; read-only",
    "xlpy.demo.site.door.schemas.fields_of": "read from the package",
    "xlpy.demo.site.door.schemas.field_of": "read from the package; read-only",
    "xlpy.demo.site.door.schemas._definitions": "read from the package",
    "xlpy.demo.site.door.server._maps": "the paths of the API, the same for every site",
    "xlpy.demo.company.seed.company._company_file": "a function of its arguments, and takes seconds",
    "xlpy.demo.company.tables._built": "SL's tables as the package describes them",
    "xlpy.demo.company.tables._METADATA": "SL's tables as the package describes them",
    "xlpy.demo.company.release.books._key": "a function of its arguments",
    "xlpy.demo.company.release.books._select": "a function of its arguments",
    "xlpy.demo.company.release.books._update": "a function of its arguments",
    "xlpy.demo.company.release.books._delete": "a function of its arguments",
    "xlpy.sl.ledger_book.columns.ledger_metadata": "the ledger's tables, complete after importing",
    "xlpy.sl.connection.sqlite._register_readers": "teaches the driver once, for connections that ask for it",
    "xlpy.sl.connection.sqlite._register_readers: sqlite3.register_converter": "teaches the driver once",
    "xlpy.sl.connection.sqlite._next_row_version": "numbers that only grow, from the clock",
    "xlpy.excel.engine.application._PIDS": "numbers that only grow",
    "xlpy.excel.engine.application: xw.engines.add": "when it is imported, once",
    "xlpy.excel.engine.file_read.read_workbook: warnings.simplefilter": "ends with its block",
    "xlpy.excel.engine.file_read._try_what_saving_reads: warnings.simplefilter": "ends with its block",
    "xlpy.runlog._warnings_noted: warnings.showwarning": "ends with its block",
    "xlpy.excel.audit.fonts._register: pdfmetrics.registerFont": "a name for each file of the PC",
    "xlpy.login.window._KEPT": "closed windows; a thread that frees one would end the process",
    "xlpy.masking._changing": "a lock, free between tests",
    "xlpy.commands.console.progress_bar: click.get_current_context().meta[_BARS]": "goes with its command",
    "xlpy: logging.getLogger(__name__).addHandler": "a handler that does nothing, when it is imported",
}

# What tests change themselves, or other packages keep.
OF_OTHERS = (_environment, _folder, _arithmetic, _keyring)


@contextmanager
def process_as_it_was() -> Iterator[None]:
    """Begin with fresh state, and put everything back at the end, the last kept first."""
    with ExitStack() as stack:
        for of_others in OF_OTHERS:
            stack.callback(of_others())
        for state, keep in RESET.items():
            stack.callback(keep(state))
        yield
