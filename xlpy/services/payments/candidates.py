"""The invoices of a payment sync as both systems show them: SL's beside Manage's, or why there is none beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from xlpy.domain.afterwards.payment_matching import numbers_of, why_not_the_same
from xlpy.domain.afterwards.settlement import Application, SlInvoice
from xlpy.domain.facts.manage_payments import ManageInvoice
from xlpy.domain.values.rules import PostingRules
from xlpy.services.run.session import Session
from xlpy.sl.reading.settlements import InvoiceInSl, SettlementsInSl


@dataclass(frozen=True, slots=True)
class Candidate:
    """An invoice of SL with its counterpart. ``invoice`` None: ``why_not`` says why, empty when it is not Manage's."""

    in_sl: InvoiceInSl
    invoice: ManageInvoice | None
    why_not: str = ""
    taken: bool = False  # Manage's invoice belongs to another SL document

    @property
    def not_given(self) -> bool:
        """Whether the ledger has it from Manage, and Manage did not give it."""
        return self.invoice is None and self.in_sl.from_ledger and not self.taken

    @property
    def cleaned_up(self) -> bool:
        """Whether SL no longer has what a sync saw settled there: SL's own clean-up removes old documents."""
        seen = self.in_sl.seen
        return self.in_sl.invoice is None and seen is not None and not seen.is_open

    @property
    def record_id(self) -> str:
        """Manage's id of the invoice; empty when it is not there."""
        return str(self.invoice.id) if self.invoice else self.in_sl.record_id


def candidates_of(session: Session, found: SettlementsInSl) -> list[Candidate]:
    """Read the invoices of Manage, in chunks, and put each beside its invoice of SL; by number, in order.

    Invoices of the ledger are found through it; others by number, when customer account, currency and total agree.
    """
    rules = session.profile.posting
    ids = {int(one.record_id) for one in found.invoices if one.record_id.isdecimal()}
    numbers = dict.fromkeys(number for one in found.invoices for number in _asked(one, rules))
    by_id = session.manage.invoices(ids, session.counting("Reading invoices of Manage")) if ids else {}
    by_number: dict[str, list[ManageInvoice]] = defaultdict(list)
    if numbers:
        tell = session.counting("Looking for invoices in Manage")
        for invoice in session.manage.invoices_numbered(numbers, tell):
            by_number[invoice.number.casefold()].append(invoice)
    match = _Matching(by_id, by_number, found.exported, found.base_currency, rules)
    made = [match.candidate(one) for one in found.invoices]
    return sorted(_once_each(made), key=lambda one: (len(one.in_sl.number), one.in_sl.number, one.record_id))


def _asked(one: InvoiceInSl, rules: PostingRules) -> Iterable[str]:
    if not one.record_id:
        yield from numbers_of(one.reference, rules)
    for reference in one.unknown_memos:
        yield from numbers_of(reference, rules)


def _once_each(candidates: Sequence[Candidate]) -> Iterable[Candidate]:
    """Let only one SL invoice have an invoice of Manage: the ledger's first."""
    taken: dict[int, str] = {}
    for one in sorted(candidates, key=lambda candidate: not candidate.in_sl.from_ledger):
        if one.invoice is None:
            yield one
        elif one.invoice.id in taken:
            why = f"invoice {one.invoice.number} of Manage belongs to {taken[one.invoice.id]} in SL"
            yield replace(one, invoice=None, why_not=why, taken=True)
        else:
            taken[one.invoice.id] = one.in_sl.reference
            yield one


@dataclass(frozen=True, slots=True)
class _Matching:
    by_id: Mapping[int, ManageInvoice]
    by_number: Mapping[str, list[ManageInvoice]]
    exported: frozenset[str]
    base_currency: str
    rules: PostingRules

    def candidate(self, one: InvoiceInSl) -> Candidate:
        invoice = self.by_id.get(int(one.record_id)) if one.record_id.isdecimal() else None
        known = replace(one, applications=tuple(self._memos_named(one)))
        if one.from_ledger:
            why = "" if invoice else f"Manage did not give a record for invoice {one.number}"
            return Candidate(known, invoice, why)
        return self._other(known, invoice)

    def _other(self, one: InvoiceInSl, known: ManageInvoice | None) -> Candidate:
        """Match an invoice that the ledger does not know: again at every sync, since either side may have changed."""
        in_sl = one.invoice
        assert in_sl is not None  # it is read from SL's own documents  # noqa: S101
        offered = [known] if known else self._numbered(one.reference)
        if not offered:
            return Candidate(one, None)
        reasons = []
        for invoice in offered:
            why = why_not_the_same(in_sl, invoice, self.base_currency)
            if not why and str(invoice.id) in self.exported:
                why = "the posting ledger has it as another SL document"
            if not why:
                return Candidate(one, invoice)
            reasons.append(why)
        return Candidate(one, None, f"Manage has an invoice {offered[0].number}, but {' / '.join(reasons)}")

    def _numbered(self, reference: str) -> list[ManageInvoice]:
        found = (self.by_number.get(number.casefold(), []) for number in numbers_of(reference, self.rules))
        return next((invoices for invoices in found if invoices), [])

    def _memos_named(self, one: InvoiceInSl) -> Iterable[Application]:
        """Give the credit memos that were entered by hand, and are Manage's all the same, their number there."""
        for application in one.applications:
            memo = one.unknown_memos.get(application.paying_ref) if not application.memo else None
            found = self._memo(memo) if memo else None
            yield replace(application, memo=found.number, memo_id=found.id) if found else application

    def _memo(self, memo: SlInvoice) -> ManageInvoice | None:
        return next(
            (
                offered
                for offered in self._numbered(memo.ref_nbr)
                if not why_not_the_same(memo, offered, self.base_currency)
            ),
            None,
        )
