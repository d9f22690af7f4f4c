"""A firm's own rules: what their functions are given, what they may answer, and the functions themselves as a value.

The functions come from a file beside the profile (``xlpy.profile.rules_file`` loads it); nothing here reads one. Facts
are frozen, texts as Manage gives them, amounts in the document's currency, dates without time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

CODE_PREFIX = "OWN-"  # of a firm's own codes; no code of the product begins with it

# Function → what it is asked about, and what it answers.
RULE_FUNCTIONS: Mapping[str, str] = {
    "reference": "the SL reference of an invoice, a text",
    "account": "the account of a line, a text such as '4010:200'",
    "customer": "the id of an SL customer, a text",
    "description": "the description of a document, a text",
    "user_fields": "the User columns of a document, such as {'User1': 'PO 4711'}",
    "checks": "what is wrong with a document: stop(…), note(…), or a list of them",
}


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A line of a Manage transaction, before SL's account is found.

    ``amount``: what the line adds to what the document asks for or owes; against it, it is negative. ``account``:
    Manage's text, such as ``4001:200``. ``kind``: ``invoice``, ``expense`` or ``procurement``.
    """

    kind: str
    number: str
    company: str
    location: str
    account: str
    amount: Decimal
    currency: str
    quantity: Decimal = Decimal(0)
    item: str = ""
    gl_class: str = ""
    description: str = ""
    memo: str = ""


@dataclass(frozen=True, slots=True)
class RuleInvoice:
    """An invoice or credit memo of Manage. ``total`` and ``sales_tax``: as Manage shows them.

    ``company_account`` and ``bill_to_account``: the Account of these companies in Manage. ``lines``: without taxes.
    """

    number: str
    document_type: str  # INVOICE or CREDIT MEMO
    billing_type: str  # Standard, Agreement, Progress …
    day: date | None
    due: date | None
    company: str
    company_account: str
    bill_to: str
    bill_to_account: str
    location: str
    currency: str
    total: Decimal
    sales_tax: Decimal
    customer_po: str
    description: str
    memo: str
    lines: tuple[RuleLine, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleDocumentLine:
    """A line of an SL document. ``amount``: in its currency; of a journal debit less credit, in base currency."""

    account: str
    sub: str
    amount: Decimal
    description: str


@dataclass(frozen=True, slots=True)
class RuleDocument:
    """An SL document as it would be written. ``numbers``: what the user knows its transactions by.

    ``module``: AR, AP, GL or IN. ``doc_type``: IN, CM, VO, AD, GL, AJ or TR. ``part``: ``document``, or ``cost`` of the
    journal of an invoice's cost. ``party``: customer or vendor id, empty without one. ``reference``: empty where SL
    gives the number. ``period``: as SL shows it (PP-YYYY).
    """

    kind: str
    module: str
    doc_type: str
    part: str
    numbers: tuple[str, ...]
    company: str
    location: str
    party: str
    reference: str
    day: date
    period: str
    currency: str
    total: Decimal
    description: str
    customer_po: str = ""
    vendor_invoice: str = ""
    lines: tuple[RuleDocumentLine, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteFinding:
    """What a firm's rule says of a transaction, under a code of its own. ``stops``: it keeps the batch from SL."""

    code: str
    what: str
    fix: str = ""
    where: str = ""
    stops: bool = True


@dataclass(frozen=True, slots=True)
class SiteRules:
    """A firm's functions by their fixed names, with the name and the SHA-256 (hex) of their file."""

    file: str = ""
    sha256: str = ""
    functions: Mapping[str, Callable[[Any], object]] = field(default_factory=dict)

    def has(self, function: str) -> bool:
        """Whether the firm has a rule of this name."""
        return function in self.functions


NO_RULES = SiteRules()
