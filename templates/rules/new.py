"""Rules of your own for Manage to SL.

Keep this file in the folder of your settings, and name it there: under [site], rules = "rules.py". Each function below
is optional: delete what you do not need. A function that answers None leaves everything as it is without it.

  xlpy rules try     shows what the rules change, transaction by transaction. It writes nothing.

A rule answers by what it is given alone, and the same question always gets the same answer: no files, no network, no
clock, no memory. What it is given can't be changed. Instead of an answer every function may give stop(...) or
note(...), with a code of your own that begins with OWN-. Functions of your own begin with an underscore.

The name of this file and its fingerprint are part of every plan: when it changes after a preview, Run export stops.
Only you and the administrators may be allowed to write it.
"""

from xlpy.rules import RuleDocument, RuleInvoice, RuleLine, note, stop  # noqa: F401


def reference(invoice: RuleInvoice):
    """Give the SL reference of an invoice (at most 10 characters), such as "HP4417". It must be free in SL."""
    # invoice has: number, document_type, billing_type, day, due, company, company_account, bill_to, bill_to_account,
    #              location, currency, total, sales_tax, customer_po, description, memo, lines
    return None


def account(line: RuleLine):
    """Give the account of a line as SL writes it, "account:sub": lines of invoices, expenses and receipts."""
    # line has: kind ("invoice", "expense", "procurement"), number, company, location, account (Manage's own),
    #           amount, currency, quantity, item, gl_class, description, memo
    return None


def customer(invoice: RuleInvoice):
    """Give the id of the SL customer who owes an invoice. SL must have it: a rule creates none."""
    return None


def description(document: RuleDocument):
    """Give the description of a document (at most 30 characters)."""
    # document has: kind, module ("AR", "AP", "GL", "IN"), doc_type, part ("document" or "cost"), numbers, company,
    #               location, party, reference, day, period, currency, total, description, customer_po,
    #               vendor_invoice, lines (each: account, sub, amount, description)
    return None


def user_fields(document: RuleDocument):
    """Give the User columns to fill: {"User1": "...", "User2": "..."} (30 characters), "User5", "User6" (10)."""
    return None


def checks(document: RuleDocument):
    """Say what is wrong with a document: a list of stop(...) and note(...), or None."""
    # return [stop("OWN-NO-PO", "It has no purchase order", "Enter it in Manage, on the invoice")]
    return None
