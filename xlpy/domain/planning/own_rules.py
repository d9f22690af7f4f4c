"""Asking a firm's own rules: each question put twice, each answer checked, and everything wrong with it a stop.

A rule that has nothing to say answers None: then everything is as without it. What a rule says wrongly is never used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from xlpy.domain.checks.table import CHECKS, found, found_by_site
from xlpy.domain.mapping.accounts import Accounts, Resolved
from xlpy.domain.mapping.references import reference_of
from xlpy.domain.values.problems import Problem, has_stop
from xlpy.domain.values.rules import FREE_COLUMNS, PostingRules
from xlpy.domain.values.site_rules import (
    CODE_PREFIX,
    NO_RULES,
    RULE_FUNCTIONS,
    RuleDocument,
    RuleInvoice,
    RuleLine,
    SiteFinding,
    SiteRules,
)
from xlpy.domain.values.widths import Widths, encoded_size

Problems = tuple[Problem, ...]
UserFields = tuple[tuple[str, str], ...]
LONGEST_SHOWN = 60
_CODE = re.compile(rf"{CODE_PREFIX}[A-Z0-9]+(-[A-Z0-9]+)*")
_TABLES = {"AR": "ARDoc", "AP": "APDoc", "GL": "GLTran", "IN": "INTran"}
_DESCRIPTIONS = {
    "AR": ("ARDoc", "DocDesc"),
    "AP": ("APDoc", "DocDesc"),
    "GL": ("Batch", "Descr"),
    "IN": ("Batch", "Descr"),
}


class OwnRules:
    """A firm's rules as the makers ask them. Every question is put once for the same facts."""

    def __init__(self, rules: SiteRules, widths: Widths, posting: PostingRules) -> None:
        self.rules = rules
        self.widths = widths
        self._posting = posting
        self._answers: dict[tuple[str, Any], tuple[Any, Problems]] = {}

    def has(self, function: str) -> bool:
        """Whether the firm has a rule of this name: facts for it need not be gathered otherwise."""
        return self.rules.has(function)

    def given(self, function: str, facts: RuleInvoice) -> str:
        """Return the text that a rule gives, whether it can be used or not: what has to be looked up in SL."""
        answer = self._ask(function, facts)[0]
        return answer if isinstance(answer, str) else ""

    def reference(self, number: str, facts: RuleInvoice | None) -> tuple[str, Problems]:
        """Return the SL reference of an invoice: the rule's, else that of the settings for its number."""
        answer, problems = self._text("reference", facts, ("ARDoc", "RefNbr"))
        return answer or reference_of(number, self._posting), problems

    def customer(self, facts: RuleInvoice | None) -> tuple[str, Problems]:
        """Return the SL customer id that the rule gives, else nothing. Whether SL has it is the caller's to ask."""
        return self._text("customer", facts, ("Customer", "CustId"))

    def no_customer(self, given: str) -> Problem:
        """Say that SL lacks the customer that the rule gave."""
        return found("RULES-CUSTOMER", in_sl=given, file=self.rules.file, given=repr(given))

    def account(self, text: str, facts: Callable[[], RuleLine], accounts: Accounts, currency: str) -> Resolved:
        """Return the account of a line: the rule's, else that of ``text``, Manage's. ``facts``: made when asked for."""
        if not self.has("account"):
            return accounts.of_line(text, currency)
        answer, problems = self._ask("account", facts())
        if isinstance(answer, str) and not problems:
            resolved = accounts.of_setting(answer, currency)
            wrong = tuple(
                found(
                    "RULES-ACCOUNT",
                    text,
                    answer,
                    file=self.rules.file,
                    given=_shown(answer),
                    why=problem.what[:1].lower() + problem.what[1:],
                )
                if has_stop([problem])
                else problem
                for problem in resolved.problems
            )
            return replace(resolved, problems=wrong)
        resolved = accounts.of_line(text, currency)
        return replace(resolved, problems=(*problems, *resolved.problems)) if problems else resolved

    def description(self, facts: RuleDocument) -> tuple[str, Problems]:
        """Return the description that the rule gives a document, else nothing."""
        return self._text("description", facts, _DESCRIPTIONS[facts.module])

    def user_fields(self, facts: RuleDocument) -> tuple[UserFields, Problems]:
        """Return the User columns that the rule fills: free ones that are not stamped with the id in Manage."""
        answer, problems = self._ask("user_fields", facts)
        if answer is None:
            return (), problems
        table = _TABLES[facts.module]
        stamped = self._posting.user_column(table)
        told: list[Problem] = []
        for column, text in answer.items():
            if column not in FREE_COLUMNS:
                told.append(self._column("unknown", column, ", ".join(FREE_COLUMNS)))
            elif column == stamped:
                told.append(self._column("stamped", column, "[posting] user_columns"))
            else:
                told.extend(self._too_wide("user_fields", text, (table, column)))
        return ((), tuple(told)) if told else (tuple(sorted(answer.items())), ())

    def checks(self, facts: RuleDocument) -> Problems:
        """Return what the rule finds wrong with a document."""
        return self._ask("checks", facts)[1]

    def used(self) -> Problems:
        """Return the note that the plan was made with rules; nothing without rules."""
        if not self.rules.functions:
            return ()
        named = ", ".join(name for name in RULE_FUNCTIONS if self.has(name))
        return (found("RULES-USED", file=self.rules.file, functions=named),)

    def _text(self, function: str, facts: object, place: tuple[str, str]) -> tuple[str, Problems]:
        """Ask for a text that goes into a column of SL; nothing when there is none or it does not fit."""
        if facts is None:
            return "", ()
        answer, problems = self._ask(function, facts)
        if answer is None:
            return "", problems
        wrong = self._too_wide(function, answer, place)
        return ("", wrong) if wrong else (answer, problems)

    def _too_wide(self, function: str, text: str, place: tuple[str, str]) -> Problems:
        column = ".".join(place)
        said: dict[str, Any] = {"function": function, "file": self.rules.file, "given": _shown(text), "column": column}
        width = self.widths.of(*place)
        size = encoded_size(text, self.widths.code_page)
        if size is None or not text.isprintable():
            return (found("RULES-CHARS", in_sl=text, **said),)
        return (found("RULES-WIDTH", in_sl=text, **said, width=width),) if size > width else ()

    def _column(self, case: str, column: str, why: str) -> Problem:
        return found("RULES-COLUMN", case=case, file=self.rules.file, column=_shown(column), why=why)

    def _ask(self, function: str, facts: object) -> tuple[Any, Problems]:
        """Put a question, and return the answer (None: leave it) with what is wrong or was found."""
        if not self.has(function):
            return None, ()
        key = (function, facts)
        if key not in self._answers:
            self._answers[key] = self._asked(function, facts)
        return self._answers[key]

    def _asked(self, function: str, facts: object) -> tuple[Any, Problems]:
        try:
            one, other = (_settled(self.rules.functions[function](facts)) for _ in range(2))
            same = bool(one == other)
            given = repr(one), repr(other)
        except (Exception, SystemExit) as error:  # noqa: BLE001 (the firm's own code may raise anything)
            line, text = _line_of(error, self.rules.file), _shown_error(error)
            return None, (self._wrong("RULES-FAILED", function, line=f", line {line}" if line else "", error=text),)
        if not same:
            first, second = (text[:LONGEST_SHOWN] for text in given)
            return None, (self._wrong("RULES-UNSTEADY", function, one=first, other=second),)
        return self._understood(function, one)

    def _understood(self, function: str, answer: object) -> tuple[Any, Problems]:
        findings = answer if isinstance(answer, tuple) else (answer,)
        if answer is None or (findings and all(isinstance(one, SiteFinding) for one in findings)):
            return None, self._findings(function, findings if answer is not None else ())
        if function == "checks":
            right = findings == ()
        elif function == "user_fields":
            right = isinstance(answer, dict) and all(isinstance(text, str) for pair in answer.items() for text in pair)
        else:
            right = isinstance(answer, str) and bool(answer.strip()) and answer == answer.strip()
        if right:
            return (None if function == "checks" else answer), ()
        given = "an empty text" if isinstance(answer, str) and not answer.strip() else _shown(answer)
        return None, (self._wrong("RULES-ANSWER", function, given=given, wanted=RULE_FUNCTIONS[function]),)

    def _findings(self, function: str, findings: Iterable[SiteFinding]) -> Problems:
        """Put what the firm's rule found into words; one with an impossible code or without words is a stop."""
        told: list[Problem] = []
        for finding in findings:
            texts = (finding.code, finding.what, finding.fix, finding.where)
            if not all(isinstance(text, str) for text in texts) or not finding.what.strip():
                wanted = "a finding with texts that say what is wrong"
                told.append(self._wrong("RULES-ANSWER", function, given=_shown(finding), wanted=wanted))
            elif not _CODE.fullmatch(finding.code) or finding.code in CHECKS:
                told.append(self._wrong("RULES-CODE", function, given=_shown(finding.code)))
            else:
                told.append(found_by_site(finding, self.rules.file))
        return tuple(told)

    def _wrong(self, code: str, function: str, **facts: Any) -> Problem:
        return found(code, function=function, file=self.rules.file, **facts)


def without_rules(widths: Widths, posting: PostingRules) -> OwnRules:
    """Return what the makers ask where the firm has no rules."""
    return OwnRules(NO_RULES, widths, posting)


def _settled(answer: object) -> object:
    """Return an answer that nobody can change any more: lists and generators as tuples, tables as their own copy."""
    if isinstance(answer, Mapping):
        return dict(answer)
    if isinstance(answer, str | SiteFinding) or answer is None or not isinstance(answer, Iterable):
        return answer
    return tuple(answer)


def _shown(answer: object) -> str:
    try:
        text = repr(answer)
    except Exception:  # noqa: BLE001 (the firm's own class may raise anything)
        text = f"something of type {type(answer).__name__}"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _shown_error(error: BaseException) -> str:
    text = " ".join(str(error).split())[: 3 * LONGEST_SHOWN]
    return f"{type(error).__name__}: {text}".removesuffix(": ")


def _line_of(error: BaseException, file: str) -> int:
    """Return the last line of the rules' file that was gone through; 0 when there is none."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
