"""Example: long invoice numbers, a payer for a group of companies, and descriptions by month.

The firm's invoice numbers have 12 characters (HPIT-0004417-). Agreements of two companies are paid by their holding.
"""

import re

from xlpy.rules import RuleDocument, RuleInvoice, stop

_NUMBER = re.compile(r"[A-Z]+-0*(\d+)")
_HOLDING_OF = {"ACME01": "HOLD01", "ACME02": "HOLD01"}


def reference(invoice: RuleInvoice):
    """Take the figures of the number, with a letter for credit memos."""
    if len(invoice.number) <= 10:
        return None
    found = _NUMBER.match(invoice.number)
    if found is None:
        return stop(
            "OWN-NUMBER", f"{invoice.number} is no number of ours", "Correct the number of the invoice in Manage"
        )
    return ("C" if invoice.document_type == "CREDIT MEMO" else "") + found[1]


def customer(invoice: RuleInvoice):
    """Let the holding owe the agreements of its companies."""
    if invoice.billing_type == "Agreement":
        return _HOLDING_OF.get(invoice.company_account)
    return None


def description(document: RuleDocument):
    """Describe invoices by month and company, as far as there is room."""
    if document.module != "AR":
        return None
    return f"{document.period} {document.company}"[:30].strip()
