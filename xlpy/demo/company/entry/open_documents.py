"""Finding the receivables documents that a payment screen works on, by their references, and the next reference."""

from __future__ import annotations

from collections.abc import Sequence

from xlpy.demo.company.release.books import Books, Row
from xlpy.domain.values.screens import screen
from xlpy.errors import SlError

INVOICE_TYPES = ("IN", "DM", "FI", "NC")
PAYMENT_TYPES = ("PA", "PP")
CREDIT_TYPES = ("PA", "PP", "CM")
_DIGITS = 6
_NAMES = {
    INVOICE_TYPES: "invoice",
    PAYMENT_TYPES: "payment",
    CREDIT_TYPES: "payment or credit memo",
    ("CM",): "credit memo",
}


def invoice_in(books: Books, ref_nbr: str) -> Row:
    """Find a released invoice (or debit memo, finance or NSF charge). Raises SlError as ``document_in`` does."""
    return open_document_in(books, ref_nbr, INVOICE_TYPES)


def open_document_in(books: Books, ref_nbr: str, types: Sequence[str]) -> Row:
    """Find a released document that no unreleased batch applies or is applied to.

    Raises SlError as ``document_in`` does, and for a document whose application waits for its release.
    """
    doc = document_in(books, ref_nbr, types)
    waiting = [
        line
        for type_column, ref_column in (("TranType", "RefNbr"), ("CostType", "SiteId"))
        for line in books.rows(
            "ARTran", **{"CustId": doc["CustId"], type_column: doc["DocType"], ref_column: doc["RefNbr"], "DrCr": "U"}
        )
    ]
    if waiting:
        raise SlError(
            f"{doc['DocType']} {doc['RefNbr']} is applied in AR batch {waiting[0]['BatNbr']}, which is not released.",
            fix="Release or void that batch first.",
        )
    return doc


def document_in(books: Books, ref_nbr: str, types: Sequence[str]) -> Row:
    """Find a released document of some types by its reference.

    Raises SlError when there is none, it is not released yet, or several documents have the reference.
    """
    found = [doc for doc in books.rows("ARDoc", RefNbr=ref_nbr) if doc["DocType"] in types]
    word = _NAMES.get(tuple(types), "document")
    if not found:
        raise SlError(f"SL has no {word} {ref_nbr}.")
    released = [doc for doc in found if doc["Rlsed"]]
    if not released:
        raise SlError(
            f"{found[0]['DocType']} {ref_nbr} is not released yet.",
            fix=f"Release AR batch {found[0]['BatNbr']} in {screen('08.400')}.",
        )
    if len(released) > 1:
        raise SlError(f"SL has several documents {ref_nbr}, of customers {', '.join(d['CustId'] for d in released)}.")
    return released[0]


def next_reference_of(books: Books, prefix: str) -> str:
    """Count on the references of a prefix: ``P000001``, ``P000002`` … (any document may have them)."""
    highest = books.highest("ARDoc", "RefNbr", f"{prefix}{0:0{_DIGITS}}", f"{prefix}{'9' * _DIGITS}")
    last = str(highest or "")[len(prefix) :].strip()
    return f"{prefix}{int(last) + 1 if last.isdigit() else 1:0{_DIGITS}}"
