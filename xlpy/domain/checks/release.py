"""What SL's release says of a batch, in our words and with what to do: message numbers of WrkReleaseBad.

Numbers and reasons: SL procedures pp_08400PrepWrk, pp_08400, pp_03400prepwrk, pp_03400, pp_01400.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlpy.domain.values.screens import screen

_TAX = screen("21.280")
_CUSTOMER = screen("08.260")
_VENDOR = screen("03.270")
_SUPPORT = "Nothing that is typed causes this: send the full log and the preview to your support"
_SL_ALONE = "It is SL's own affair, not one of an export: look at the batch in SL"


@dataclass(frozen=True, slots=True)
class ReleaseMessage:
    """A message: what it says of the batch, and the cure."""

    what: str
    fix: str


RELEASE_MESSAGES: Mapping[int, ReleaseMessage] = {
    -2: ReleaseMessage(
        "A tax id of a payables document is unknown", f"Add the tax in SL ({_TAX}), or correct the group"
    ),
    -1: ReleaseMessage(
        "The vendor of a document is blank or unknown",
        f"Correct the vendor's number in Manage, or add the vendor in SL ({_VENDOR})",
    ),
    832: ReleaseMessage("The batch is not balanced (status B), so it can't be released", _SUPPORT),
    835: ReleaseMessage("There is no such batch", _SUPPORT),
    6019: ReleaseMessage(
        "The batch is out of balance: its total is not the sum of its debits and credits; in payables, a document"
        " has no lines, or its lines are not its total less its taxes",
        _SUPPORT,
    ),
    6624: ReleaseMessage(
        "A tax is used by itself and through its group on the same document",
        f"Take one of the two out of the tax code in Manage, or out of the group in SL ({_TAX})",
    ),
    6928: ReleaseMessage(
        "An account is blank, on a line or as the receivables account of a document",
        f"Give the line's GL account in Manage, and the customer's AR account in SL ({_CUSTOMER})",
    ),
    6929: ReleaseMessage(
        "A subaccount is blank, on a line or with the receivables account of a document",
        f"Give the line's GL account in Manage a sub, and the customer its AR sub in SL ({_CUSTOMER})",
    ),
    6958: ReleaseMessage("A tax has no tax type (T for a tax, G for a group)", f"Complete the tax in SL ({_TAX})"),
    8058: ReleaseMessage(
        "The currency is not in the currency table", "Add the currency in SL's Currency Manager, or correct Manage's"
    ),
    8881: ReleaseMessage("The release could not build the GL transactions of the batch", _SUPPORT),
    8888: ReleaseMessage(
        "The GL transactions of the batch don't balance, so everything was rolled back",
        f"Look at the taxes of its documents in SL ({_TAX}): calculated per document, not included in the price, a"
        " group with members; and at the rate's rounding in a foreign currency",
    ),
    12008: ReleaseMessage("The batch is already released", _SUPPORT),
    12014: ReleaseMessage(
        "A document has instalment terms, but no instalments", "Give the customer terms with one due date in Manage"
    ),
    12123: ReleaseMessage("The batch total is not the sum of its documents", _SUPPORT),
    12124: ReleaseMessage("A line of a base-currency document has two different amounts (currency and base)", _SUPPORT),
    12125: ReleaseMessage("A document has no lines", "Leave the document out, or give it a line in Manage"),
    12126: ReleaseMessage("A line of an invoice or debit memo has no document", _SUPPORT),
    12306: ReleaseMessage("A payment is applied to a document that is not released yet", _SL_ALONE),
    12319: ReleaseMessage("The batch is missing, or does not tell which screen it was entered in", _SUPPORT),
    12341: ReleaseMessage(
        "There is no inter-company account between the companies of the batch",
        "Set up the accounts between the two companies in SL's Multi-Company, or use an account of the own company",
    ),
    12347: ReleaseMessage(
        "The customer of a document is blank or unknown",
        f"Correct the company's Account in Manage, or add the customer in SL ({_CUSTOMER})",
    ),
    12348: ReleaseMessage("A tax id of a document is unknown", f"Add the tax in SL ({_TAX}), or correct the group"),
    12426: ReleaseMessage("The accrual that a document reverses is not released yet", _SL_ALONE),
    12427: ReleaseMessage("A payment is not in the currency to which the account is restricted", _SL_ALONE),
    12902: ReleaseMessage("An application is greater than the open balance of its document", _SL_ALONE),
    16210: ReleaseMessage("A prepayment could not be applied", _SL_ALONE),
}


def release_message(number: int) -> ReleaseMessage:
    """Return the words of a message; one that we do not know is told by its number."""
    return RELEASE_MESSAGES.get(
        number,
        ReleaseMessage(
            f"SL's message {number}, which this program does not know",
            f"Look up message {number} in SL's help, or ask your SL support",
        ),
    )
