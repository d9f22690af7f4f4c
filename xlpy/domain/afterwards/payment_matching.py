"""Whether an invoice of Manage is the one that SL has: for invoices that the posting ledger does not know.

They were entered by hand or before this product. The number finds them; customer account, currency and total must agree
before anything is written to them (design: payments).
"""

from __future__ import annotations

from xlpy.domain.afterwards.settlement import SlInvoice
from xlpy.domain.facts.books import sl_key
from xlpy.domain.facts.manage_payments import ManageInvoice
from xlpy.domain.mapping.references import STRIP
from xlpy.domain.mapping.signs import CREDIT_MEMO
from xlpy.domain.values.money import round_money
from xlpy.domain.values.rules import PostingRules


def numbers_of(ref_nbr: str, rules: PostingRules) -> tuple[str, ...]:
    """Return the numbers in Manage that may have become an SL reference by the profile's rule, likeliest first."""
    reference = ref_nbr.strip()
    if not reference:
        return ()
    if rules.reference_rule == STRIP and rules.reference_prefix:
        return (rules.reference_prefix + reference, reference)
    return (reference,)


def why_not_the_same(in_sl: SlInvoice, invoice: ManageInvoice, base_currency: str) -> str:
    """Say why an invoice or credit memo of Manage is not the one of SL; empty when it is."""
    reasons = []
    if (in_sl.doc_type == CREDIT_MEMO) != (invoice.total < 0):
        reasons.append("it is a credit memo there" if invoice.total < 0 else "it is no credit memo there")
    if sl_key(invoice.account_number) != sl_key(in_sl.cust_id):
        reasons.append(f"its customer account is {invoice.account_number or 'empty'} in Manage, {in_sl.cust_id} in SL")
    if sl_key(invoice.currency or base_currency) != sl_key(in_sl.currency):
        reasons.append(f"its currency is {invoice.currency or base_currency} in Manage, {in_sl.currency} in SL")
    if abs(round_money(invoice.total, invoice.decimals)) != round_money(in_sl.total, invoice.decimals):
        reasons.append(f"its total is {abs(invoice.total)} in Manage, {in_sl.total} in SL")
    return "; ".join(reasons)
