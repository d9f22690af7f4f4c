"""What a firm's own rules change: two plans of the same transactions, with the rules and without, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlpy.domain.checks.site_rules import SITE_RULE_CHECKS
from xlpy.domain.documents.ap import ApDocument
from xlpy.domain.documents.ar import ArDocument
from xlpy.domain.documents.gl import DOCUMENT, GlJournal
from xlpy.domain.documents.plan import Plan
from xlpy.domain.planning.makers.maker import AnyDocument
from xlpy.domain.values.problems import Problem, Severity
from xlpy.domain.values.site_rules import CODE_PREFIX
from xlpy.domain.values.transactions import TransactionKey

_OF_RULES = frozenset(check.code for check in SITE_RULE_CHECKS)
_NAMES = {Severity.STOP: "Stopped", Severity.CREATE: "Created", Severity.NOTE: "Noted"}


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What the rules change of one transaction: ``what`` it is, and how it stands without and with them."""

    transaction_id: str
    number: str
    what: str
    without: str
    with_rules: str


def rule_changes(without: Plan, with_rules: Plan) -> tuple[RuleChange, ...]:
    """Return every change, transaction by transaction, ordered by its id; no two of them are the same."""
    before, after = _facts(without), _facts(with_rules)
    numbers = _numbers(without) | _numbers(with_rules)
    changes: list[RuleChange] = []
    for key in sorted({*before, *after}):
        one, other = before.get(key, []), after.get(key, [])
        name = (key, numbers.get(key, key))
        if one and other and [what for what, _ in one] == [what for what, _ in other]:
            pairs = zip(one, other, strict=True)
            changes += [RuleChange(*name, what, old, new) for (what, old), (_, new) in pairs if old != new]
        elif one and other:
            changes.append(RuleChange(*name, "Documents", _in_short(one), _in_short(other)))
        elif one:
            changes.append(RuleChange(*name, "Documents", _in_short(one), ""))
        else:
            changes.append(RuleChange(*name, "Documents", "", _in_short(other)))
    changes += _problems(without.problems, with_rules.problems)
    return tuple(sorted(dict.fromkeys(changes), key=lambda change: (change.transaction_id, change.number)))


def found_by_rules(plan: Plan) -> tuple[Problem, ...]:
    """Return the problems of the rules themselves that are to be mended in them, and what the rules found."""
    told = (problem for problem in plan.problems if problem.code in _OF_RULES or problem.code.startswith(CODE_PREFIX))
    return tuple(problem for problem in told if problem.code != "RULES-USED")


def _facts(plan: Plan) -> dict[str, list[tuple[str, str]]]:
    """Return what a user would compare of the documents of each transaction: name and value, in order."""
    found: dict[str, list[tuple[str, str]]] = {}
    for keys, document in _documents(plan):
        for key in keys:
            found.setdefault(str(key), []).extend(_of_document(document))
    return found


def _documents(plan: Plan) -> Iterator[tuple[Sequence[TransactionKey], AnyDocument]]:
    yield from (((d.transaction,), d) for b in plan.ar.batches for d in b.documents)
    yield from ((d.transactions, d) for b in plan.ap.batches for d in b.documents)
    yield from ((j.transactions, j) for b in plan.gl.batches for j in b.journals)
    yield from ((d.transactions, d) for b in plan.inventory.batches for d in b.documents)


def _of_document(document: AnyDocument) -> Iterator[tuple[str, str]]:
    cost = isinstance(document, GlJournal) and document.part != DOCUMENT
    of = "Cost journal: " if cost else ""
    if isinstance(document, ArDocument):
        yield "Reference", document.ref_nbr
        yield "Customer", document.cust_id
    if isinstance(document, ApDocument):
        yield "Vendor", document.vend_id
    yield f"{of}Description", document.descr
    yield f"{of}User columns", ", ".join(f"{column} {text}" for column, text in document.user_fields)
    accounts = [(line.acct, line.sub) for line in document.lines]
    for number, (acct, sub) in enumerate(accounts, start=1):
        yield f"{of}Account of line {number}", f"{acct} {sub}".strip()


def _in_short(facts: Sequence[tuple[str, str]]) -> str:
    return "; ".join(f"{what} {value}" for what, value in facts if value)


def _numbers(plan: Plan) -> dict[str, str]:
    told = {problem.transaction_id: problem.transaction for problem in plan.problems if problem.transaction_id}
    return told | {str(one.key): one.number for one in plan.transactions}


def _problems(without: Sequence[Problem], with_rules: Sequence[Problem]) -> Iterator[RuleChange]:
    """Return the problems that only one of the plans has."""
    before, after = Counter(without), Counter(with_rules)
    for problem in before - after:
        yield RuleChange(problem.transaction_id, problem.transaction, _NAMES[problem.severity], _told(problem), "")
    for problem in after - before:
        if problem.code != "RULES-USED":
            yield RuleChange(problem.transaction_id, problem.transaction, _NAMES[problem.severity], "", _told(problem))


def _told(problem: Problem) -> str:
    return f"{problem.code}: {problem.what}"
