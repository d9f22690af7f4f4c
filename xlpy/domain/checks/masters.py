"""Words of the checks of customers, accounts and terms."""

from __future__ import annotations

from xlpy.domain.values.problems import Check, Severity
from xlpy.domain.values.screens import screen

_COMPANY = "Manage: Companies > Finance > Company Finance, Account"
_CUSTOMER = f"SL: {screen('08.260')}"
_CLASS = f"SL: Customer Class Maintenance; {screen('08.950')}, default class"
_GL_MAP = "Manage: System > Setup Tables > GL Accounts"
_CHART = f"SL: {screen('01.260')}"
_SUBS = "SL: Subaccount Maintenance"
_COMBOS = "SL: Account/Subaccount Maintenance"
_CORRECT = (
    "correct the mapping in Manage, then open and close the invoice again (an expense report or a receipt likewise: "
    "a closed one keeps its accounts)"
)
_REOPEN = _CORRECT[0].upper() + _CORRECT[1:]
_TERMS = "Manage: System > Setup Tables > Billing Terms, Xref"
_SL_TERMS = "SL: Terms Maintenance"
_SUSPENSE = "SL: pp_01520 posts unknown accounts to suspense (6659), the release does not check"

MASTER_CHECKS = (
    # --- customer ---------------------------------------------------------------------------------------------
    Check(
        "CUST-EMPTY",
        Severity.STOP,
        "Company {company} has no Account, so its SL customer is not known",
        "Type the SL customer id as Account of the company, then refresh",
        _COMPANY,
        "Manage API: companyAccountNumber",
    ),
    Check(
        "CUST-WHICH",
        Severity.STOP,
        "It is billed to another company with another Account: which customer shall owe it is not decided",
        "Set which_customer to bill-to or company in the settings",
        "Settings of this product, [posting]",
        "Manage API: billToCompany of the unposted invoice",
    ),
    Check(
        "CUST-STATUS",
        Severity.STOP,
        "Customer {customer} has status {status} in SL",
        "Make the customer active",
        _CUSTOMER,
        "SL: Customer.Status A, O and R are usable",
    ),
    Check(
        "CUST-MISSING",
        Severity.STOP,
        "Customer {customer} is not in SL ({why})",
        "Add the customer, or correct the Account of the company in Manage",
        f"{_CUSTOMER}; {_COMPANY}",
        "SL: pp_08400PrepWrk, message 12347",
    ),
    Check(
        "CUST-CREATE",
        Severity.CREATE,
        "Customer {customer} ({name}) will be created with class {class_id}",
        "Nothing to do, when it is meant",
        _CUSTOMER,
        "SL: Customer, SOAddress, AR_Balances",
    ),
    Check(
        "CUST-WIDTH",
        Severity.STOP,
        "{customer!r} can't be an SL customer id (at most 15 characters of the database's code page)",
        "Correct the Account of the company",
        _COMPANY,
        "SL: Customer.CustId char(15)",
    ),
    Check(
        "CUST-CLASS",
        Severity.STOP,
        "The default customer class {class_id!r} is not in SL, so no customer can be created",
        "Add the class, or choose another default class",
        _CLASS,
        "SL: ARSetup.DfltClass, CustClass",
    ),
    Check(
        "CUST-LIKE",
        Severity.NOTE,
        "SL has a customer with the same name ({others})",
        "If it is the same customer, type its id as Account of the company and refresh",
        _COMPANY,
        "SL: Customer.Name",
    ),
    Check(
        "CUST-SHARED",
        Severity.NOTE,
        "Companies {companies} have the same Account {customer}; the customer is created from the first",
        "Correct the Account when they are different customers",
        _COMPANY,
        "Manage API: company accountNumber",
    ),
    Check(
        "CUST-TEXT",
        Severity.NOTE,
        "{field} of new customer {customer} becomes {stored!r}",
        "Correct it in SL afterwards, when needed",
        _CUSTOMER,
        "SL: widths and code page of Customer",
    ),
    Check(
        "CUST-LEFT-OUT",
        Severity.NOTE,
        "{field} {given!r} of new customer {customer} is not usable in SL and is left blank",
        "Add it in SL afterwards, when needed",
        _CUSTOMER,
        "SL: State, Country, Terms, SalesTax; an address that does not fit would be wrong",
    ),
    # --- accounts ---------------------------------------------------------------------------------------------
    Check(
        "ACCT-EMPTY",
        Severity.STOP,
        "Manage gave no account",
        f"Give it a GL account. {_REOPEN}",
        _GL_MAP,
        "Manage API: accountNumber",
    ),
    Check("ACCT-MISSING", Severity.STOP, "Account {acct} is not in SL", _REOPEN, f"{_GL_MAP}; {_CHART}", _SUSPENSE),
    Check(
        "ACCT-INACTIVE",
        Severity.STOP,
        "Account {acct} is not active in SL",
        f"Activate it, or {_CORRECT}",
        _CHART,
        _SUSPENSE,
    ),
    Check(
        "ACCT-COMPANY",
        Severity.STOP,
        "Account {acct} is not active for this company's chart of accounts",
        f"Activate it for the company, or {_CORRECT}",
        _CHART,
        _SUSPENSE,
    ),
    Check(
        "ACCT-CURRENCY",
        Severity.STOP,
        "Account {acct} only takes {held}, the document is in {currency}",
        f"Use another account. {_REOPEN}",
        f"{_GL_MAP}; {_CHART}",
        "SL: Account.CuryId",
    ),
    Check(
        "ACCT-UNLISTED",
        Severity.NOTE,
        "Manage's GL accounts no longer have {text}; it was split at its colons",
        f"Look whether it is still right. {_REOPEN}",
        _GL_MAP,
        "Manage API: glAccounts; closed documents keep their accounts",
    ),
    Check(
        "SUB-EMPTY",
        Severity.STOP,
        "Account text {text} has no subaccount",
        f"Set default_sub in the settings, or add the segment. {_REOPEN}",
        f"Settings of this product, [posting]; {_GL_MAP}",
        "SL: ARTran.Sub, message 6929",
    ),
    Check(
        "SUB-CONTROL",
        Severity.STOP,
        "Receivable account {text} has no subaccount, nor have customer, class and AR Setup",
        "Give the customer a receivable subaccount",
        _CUSTOMER,
        "SL: ARDoc.BankSub, message 6929",
    ),
    Check(
        "SUB-LENGTH",
        Severity.STOP,
        "Subaccount {sub!r} does not have SL's segments (lengths {lengths})",
        f"Correct the segments; nothing is padded. {_REOPEN}",
        _GL_MAP,
        "SL: FlexDef SUBACCOUNT",
    ),
    Check(
        "SUB-MISSING",
        Severity.STOP,
        "Subaccount {sub} is not in SL",
        _REOPEN,
        f"{_GL_MAP}; {_SUBS}",
        "SL: pp_01520 would create it by itself",
    ),
    Check(
        "SUB-INACTIVE",
        Severity.STOP,
        "Subaccount {sub} is not active in SL",
        f"Activate it, or {_CORRECT}",
        _SUBS,
        "SL: pp_01520, message 6642",
    ),
    Check(
        "SUB-COMPANY",
        Severity.STOP,
        "Subaccount {sub} is not allowed for this company",
        f"Allow it for the company, or {_CORRECT}",
        _SUBS,
        "SL: vs_subxref, message 6654",
    ),
    Check(
        "COMBINATION",
        Severity.STOP,
        "SL does not allow account {acct} with subaccount {sub}",
        f"Add the combination, or {_CORRECT}",
        _COMBOS,
        "SL: GLSetup.ValidateAcctSub, ValidateAtPosting; vs_AcctSub",
    ),
    Check(
        "AR-ACCT",
        Severity.NOTE,
        "The receivable account of Manage is not the customer's in SL",
        "Nothing to do, when it is meant; Manage's is used",
        f"{_GL_MAP}; {_CUSTOMER}",
        "SL: Customer.ArAcct, ArSub",
    ),
    # --- terms ------------------------------------------------------------------------------------------------
    Check(
        "TERMS-EMPTY",
        Severity.STOP,
        "Billing terms {terms!r} have no Xref, so SL's terms are not known",
        "Type SL's terms id (at most 2 characters) as Xref of the billing terms, then refresh",
        _TERMS,
        "Manage API: billingTermsXref",
    ),
    Check(
        "TERMS-WIDTH",
        Severity.STOP,
        "{xref!r} can't be an SL terms id (at most 2 characters)",
        "Correct the Xref of the billing terms, then refresh",
        _TERMS,
        "SL: Terms.TermsId char(2)",
    ),
    Check(
        "TERMS-NUMBER",
        Severity.NOTE,
        "Terms id {xref!r} is not a whole number, as Manage's manual asks for",
        "Nothing to do: SL has these terms",
        _TERMS,
        "Manage API: termsXref",
    ),
    Check(
        "TERMS-MISSING",
        Severity.STOP,
        "Terms {xref} are not in SL",
        "Add them, or correct the Xref of the billing terms and refresh",
        f"{_SL_TERMS}; {_TERMS}",
        "SL: Terms",
    ),
    Check(
        "TERMS-MULTIPLE",
        Severity.STOP,
        "Terms {xref} are paid in instalments",
        "Use single-payment terms",
        f"{_SL_TERMS}; {_TERMS}",
        "SL: Terms.TermsType, message 12014",
    ),
    Check(
        "TERMS-VENDOR",
        Severity.STOP,
        "Terms {xref} are not for customers",
        "Let them apply to customers (or both)",
        _SL_TERMS,
        "SL: Terms.ApplyTo",
    ),
    Check(
        "TERMS-DAYS",
        Severity.NOTE,
        "Terms {xref} have {in_manage_days} due days in Manage and {held} in SL; Manage's due date is used",
        "Make them agree",
        f"{_TERMS}; {_SL_TERMS}",
        "SL: Terms.DueIntrv",
    ),
    Check(
        "TERMS-DISCOUNT",
        Severity.NOTE,
        "The discount of terms {xref} is not by days, so its last day is not known: the document gets none",
        "Enter the discount on the document in SL",
        _SL_TERMS,
        "SL: Terms.DiscType",
    ),
)
