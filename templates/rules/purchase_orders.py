"""Example: what is billed to some customers needs a purchase order, and SL shall have it.

The public sector pays nothing without its order number. It goes into User2 of the SL invoice, where the firm's own
reports look for it.
"""

from xlpy.rules import RuleDocument, note, stop

_NEED_ORDERS = ("ACME01", "CITY01")
_LARGE = 10_000


def user_fields(document: RuleDocument):
    """Keep the purchase order in User2 of invoices and credit memos."""
    if document.module == "AR" and document.customer_po:
        return {"User2": document.customer_po}
    return None


def checks(document: RuleDocument):
    """Stop an invoice without its purchase order, and point at large ones."""
    if document.module != "AR":
        return None
    found = []
    if document.party in _NEED_ORDERS and document.doc_type == "IN" and not document.customer_po:
        found.append(
            stop(
                "OWN-NO-PO",
                f"{document.company} needs its purchase order on every invoice",
                "Enter it in Manage and close the invoice again",
                "Manage: Finance > Invoices, PO Number",
            )
        )
    if document.total > _LARGE:
        found.append(note("OWN-LARGE", "It is above 10,000", "Have it seen before you release it"))
    return found
