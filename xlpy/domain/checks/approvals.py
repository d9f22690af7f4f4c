"""Words of the checks of two persons: who prepares does not post, and what is approved is what is posted."""

from __future__ import annotations

from xlpy.domain.values.problems import Case, Check, Severity

_RULE = "This product: two persons ([posting] approval, or the rule of the company in xlpy_Rule)"
_BUTTONS = "Ribbon, Ask for approval and Approve"
_ASK = "Press Ask for approval; somebody else presses Approve, and runs it"
_ASK_TYPED = (
    "Type {word} into Home, Confirm, and press Ask for approval; somebody else presses Approve, types the same and"
    " presses the button"
)

APPROVAL_CHECKS = (
    Check(
        "APPROVAL-MISSING",
        Severity.STOP,
        "A second person has to approve it before",
        _ASK,
        _BUTTONS,
        _RULE,
        {
            "export": Case("A second person has to approve exactly this before, and nobody was asked"),
            "typed": Case("A second person has to approve exactly this before, and nobody was asked", _ASK_TYPED),
            "export changed": Case("It is not what was asked for in request {number}: something has changed since"),
            "typed changed": Case(
                "It is not what was asked for in request {number}: something has changed since", _ASK_TYPED
            ),
            "asked": Case(
                "{who} asked for approval (request {number}), and nobody has approved it yet",
                "Somebody else than {who} presses Approve, and runs it",
            ),
        },
    ),
    Check(
        "APPROVAL-OWN",
        Severity.STOP,
        "Who asked for approval can neither approve nor run it",
        "Somebody with another SQL login and another Windows user does it",
        _BUTTONS,
        _RULE,
        {
            "run": Case(
                "{who} asked for approval of it (request {number}), so the same person can't run it",
                "Somebody with another SQL login and another Windows user runs it: the same workbook will do",
            ),
            "approve": Case("{who} asked for approval of it (request {number}), so the same person can't approve it"),
            "refused": Case("The database refused the approval of request {number}: it is the same login's, or signed"),
        },
    ),
    Check(
        "APPROVAL-CHANGED",
        Severity.STOP,
        "Built again here from both systems it is not what was asked for in request {number}: something has changed"
        " since, or the settings of the two PCs differ",
        "{who} looks at it again and asks for approval anew",
        _BUTTONS,
        "This product: the hash of the plan",
    ),
    Check(
        "APPROVAL-NONE",
        Severity.STOP,
        "There is no request for approval",
        "Somebody presses Ask for approval first",
        _BUTTONS,
        _RULE,
        {
            "number": Case("There is no request {number}", "Look at the open ones: xlpy approve"),
            "signed": Case(
                "Request {number} is approved already, by {who}", "Nothing has to be approved: somebody else may run it"
            ),
            "several": Case(
                "There are {count} open requests: {requests}",
                "Put the batch of one of them into Home, Earlier batch, and press Approve",
            ),
        },
    ),
)
