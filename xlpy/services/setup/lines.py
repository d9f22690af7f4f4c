"""The lines of the set-up check as data: what each is about, what it means for the user, and how it is mended.

The checks themselves (``doctor_pc``, ``doctor_manage``, ``doctor_sl``, ``doctor_rights``) only say what they found.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from xlpy.domain.values.screens import screen
from xlpy.domain.values.statuses import Verdict
from xlpy.errors import XlpyError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Finding:
    """A line of the set-up check. ``means``: what follows from the line, right or wrong; ``fix``: empty when right."""

    area: str
    subject: str
    verdict: Verdict
    text: str
    fix: str = ""
    means: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What a line is about. ``fix``: the usual cure; a check that knows better gives its own."""

    area: str
    subject: str
    means: str
    fix: str = ""


Checked = Iterator[Finding]
PC, MANAGE, SL = "This PC", "Manage", "SL"
_PACKAGE = "Manage: System > Setup Tables > Accounting Package"

LINES: Mapping[str, Line] = {
    "PYTHON": Line(PC, "Python", "The program runs in it.", "Install Python 3.11 or newer (64 bit)."),
    "PRODUCT": Line(
        PC,
        "Manage to SL",
        "Workbook and program must be of one version: buttons and sheets belong together.",
        "Bring the workbook to this version with 'xlpy new --update'.",
    ),
    "XLWINGS": Line(
        PC,
        "xlwings",
        "It carries the buttons from Excel to Python and the rows back.",
        "Install the package again: pip install --upgrade xlpy.",
    ),
    "EXCEL": Line(
        PC,
        "Excel",
        "The buttons need Excel for Windows; commands work on the closed file without it.",
        "Install Excel for Windows, or use the command line.",
    ),
    "INTERPRETER": Line(
        PC,
        "Python of the workbook",
        "The buttons run the Python that is written in the workbook (hidden sheet xlwings.conf).",
        "Make the workbook's Python this one: 'xlpy new --update' with the Python that the package is installed in.",
    ),
    "MACROS": Line(
        PC,
        "Macros",
        "Without macros the buttons do nothing.",
        "Excel: File > Options > Trust Center > Macro Settings: 'Disable with notification', and a trusted folder for"
        " the workbook; where IT has set it, ask them to allow this workbook.",
    ),
    "SETTINGS": Line(
        PC,
        "Settings",
        "The settings say which site and company belong together, and the rules of posting.",
        "Correct the settings file; the template says what each setting means.",
    ),
    "RULES": Line(
        PC,
        "Rules of your own",
        "They decide references, accounts, customers and descriptions, and may stop transactions.",
        "Correct the file that [site] rules names; 'xlpy rules try' shows what it does.",
    ),
    "DRIVER": Line(
        PC,
        "ODBC driver",
        "SL's database is reached through it.",
        "Install 'ODBC Driver 18 for SQL Server' from Microsoft (Linux, macOS: pip install xlpy[driver]).",
    ),
    "M-REACH": Line(
        MANAGE,
        "Site",
        "Everything is read from and marked in this Manage site.",
        "Check [manage] url, and that IT allows port 443 to it (proxy, firewall).",
    ),
    "M-CLIENT": Line(
        MANAGE,
        "Client id",
        "Manage answers only programs with a client id that is registered with its vendor.",
        "Register a client id at developer.connectwise.com and put it into [manage] client_id.",
    ),
    "M-LOGIN": Line(
        MANAGE,
        "Log in",
        "With whose rights Manage is read and marked.",
        "Log in again (xlpy login): company id, public and private key belong together.",
    ),
    "M-VERSION": Line(
        MANAGE,
        "Version",
        "The shape of Manage's answers is pinned by [manage] api_version.",
        "Nothing to do while everything else is right; else set [manage] api_version to what the site answers with.",
    ),
    "M-CLOCK": Line(
        MANAGE,
        "Clock",
        "A wrong clock lets log ins expire early, and gives batches and log lines wrong times.",
        "Set this PC's clock by the network (Windows: Settings > Time > Sync now).",
    ),
    "M-READ": Line(
        MANAGE,
        "Right to read",
        "What the security role hides is missing from the sheets and the checks.",
        "Give the security role of the member behind the keys the right that is named.",
    ),
    "M-EXPORT": Line(
        MANAGE,
        "Right to export",
        "Check mappings, Preview and Run export read the documents through Manage's export; nothing is changed by it.",
        "Give the security role: Finance > Accounting Interface: Add and Inquire All.",
    ),
    "M-WRITE": Line(
        MANAGE,
        "Rights to mark",
        "Run export makes batches, Sync payments writes payments, Undo deletes batches. Trying it would change Manage.",
        "Look that the security role has: Finance > Accounting Interface: Add, Edit, Delete All; Finance > Invoicing:"
        " Add, Edit, Delete All.",
    ),
    "M-ALL": Line(
        MANAGE,
        "Sees all records",
        "A member limited to locations or departments gets lists that look complete and are not.",
        "Look in Manage: System > Members > API Members: on system level, no restriction to location or department.",
    ),
    "M-LOCATIONS": Line(
        MANAGE,
        "Locations of the settings",
        "Only transactions of these locations belong to this SL company.",
        "Correct [posting] locations: ids of Manage's System > Setup Tables > Structure.",
    ),
    "M-PACKAGE": Line(
        MANAGE,
        "Accounting package",
        "Only the package 'Other' gives the export to other programs.",
        f"Choose 'Other' ({_PACKAGE}).",
    ),
    "M-TAX": Line(
        MANAGE,
        "Sales tax in the export",
        "Without it invoices would be posted without their taxes.",
        f"Turn 'Include sales tax' on ({_PACKAGE}).",
    ),
    "M-SOH": Line(
        MANAGE,
        "Stock on hand",
        "Without it receipts of inventory items go to cost instead of inventory.",
        f"Turn 'Inventory stock on hand' on ({_PACKAGE}).",
    ),
    "M-COGS": Line(
        MANAGE,
        "Cost of goods",
        "With it every invoice with inventory items brings its cost journal.",
        f"Turn 'Include COGS entries' on when SL shall have the cost of goods ({_PACKAGE}).",
    ),
    "M-SEGMENTS": Line(
        MANAGE,
        "GL segments",
        "The Account-type segments of Manage's account texts make SL's account and subaccount.",
        "Give the segments the type Account (Manage: System > Setup Tables > GL Accounts), or set [posting]"
        " account_segments.",
    ),
    "SL-SERVER": Line(
        SL,
        "Server",
        "SL's SQL Server, over the network.",
        "Check the server's name and instance in [sl] url, that it runs, and that IT allows its port.",
    ),
    "SL-LOGIN": Line(
        SL,
        "Log in",
        "With whose rights the SL database is read and written.",
        "Log in again (xlpy login), or ask the database administrator for a login.",
    ),
    "SL-TLS": Line(
        SL,
        "Encryption",
        "Passwords and amounts travel over this connection.",
        "Use ODBC Driver 18 (it encrypts by itself), or add Encrypt=yes to [sl] url, with a certificate that this PC"
        " trusts.",
    ),
    "SL-DATABASE": Line(
        SL,
        "Database",
        "Documents are in the company (application) database; the system database only lists the companies.",
        "Name the company database (often ending in App) in [sl] url.",
    ),
    "SL-COMPANY": Line(
        SL,
        "Company",
        "All documents are posted into this company.",
        f"Correct [sl] company, or activate the company in SL: {screen('98.280')}.",
    ),
    "SL-MODULE": Line(SL, "Module", "SL's release refuses batches of a module that is not set up."),
    "SL-AUTOREF": Line(
        SL,
        "AR AutoRef",
        "Manage's invoice numbers become SL's references; with AutoRef SL would number by itself.",
        f"Turn 'Auto reference numbering' off in SL: {screen('08.950')}.",
    ),
    "SL-PERIODS": Line(
        SL,
        "Periods",
        "What is dated into a closed period stops; a later period than GL's is released, but waits.",
        "Set or close the module's period in SL.",
    ),
    "SL-NUMBERS": Line(
        SL,
        "Next batch numbers",
        "Rows that are left of a batch that is gone would become part of the next batch of that number: such numbers"
        " are skipped, by this program, but not by SL's screens.",
        "Have whoever looks after the database remove the rows, after a look at what they were.",
    ),
    "SL-CURRENCY": Line(
        SL,
        "Multi-currency",
        "Without Currency Manager documents in other currencies stop.",
    ),
    "SL-SEGMENTS": Line(
        SL,
        "Subaccount",
        "Subaccounts from Manage must have the segment lengths of SL's flexkey.",
        f"Set up the flexkey SUBACCOUNT in SL: {screen('21.320')}.",
    ),
    "SL-CLASSES": Line(
        SL,
        "Default classes",
        "New customers, vendors and items take their accounts and terms from the class.",
        f"Choose a default class in SL: {screen('08.950')}, {screen('03.950')}, {screen('10.950')}; or switch [masters]"
        " off.",
    ),
    "SL-STAMP": Line(
        SL,
        "Columns to stamp",
        "The id in Manage is written into a User column that no other program may use.",
        "Choose another User column in [posting] user_columns (or record_id_column).",
    ),
    "SL-LEDGER": Line(
        SL,
        "Posting ledger",
        "It remembers in SL what is posted, so that nothing is posted twice or lost.",
        "Run 'xlpy sl-setup' once, or have the database administrator run its script (xlpy sl-setup --print).",
    ),
    "SL-USER": Line(
        SL,
        "SL user",
        "Batches are entered under this user, and the rights on SL's screens are this user's.",
        "Correct [sl] user in the settings.",
    ),
    "SL-SCREEN": Line(
        SL,
        "Screen",
        "SL's own rights do not bind this program: it should not enter what its user may not.",
    ),
    "SQL-NEEDED": Line(
        SL,
        "SQL rights needed",
        "Each table must be open to the login for what the program does with it, or a run stops half way.",
        "Make the login a member of the role: ALTER ROLE xlpy_user ADD MEMBER [login]; run 'xlpy sl-setup' after an"
        " update of the program.",
    ),
    "SQL-MORE": Line(
        SL,
        "SQL rights beyond need",
        "The program needs no more than the role xlpy_user; more only helps who gets hold of the login.",
        "Ask the database administrator for a login that is a member of xlpy_user alone.",
    ),
    "SQL-PRACTICE": Line(
        SL,
        "SQL rights of Practice release",
        "Only the button Practice release needs them: it runs SL's own release and rolls everything back.",
        "Run 'xlpy sl-setup --practice' (or its script, with --print); or set practice_release = false.",
    ),
    "SL-APPROVAL": Line(
        SL,
        "Two persons",
        "Who asks for approval can't post; an owner of the database could change that, and sign for anybody.",
        "Have those who post use logins that are members of xlpy_user alone.",
    ),
    "REST": Line("", "Everything else", "It is looked at as soon as the connection works."),
}


def line(
    code: str,
    verdict: Verdict,
    text: str,
    *,
    fix: str | None = None,
    subject: str = "",
    means: str = "",
    of: str = "",
) -> Finding:
    """Return a finding of a line. ``fix``, ``subject``, ``means``, ``of`` (its area): instead of the line's own."""
    about = LINES[code]
    cure = "" if verdict is Verdict.OK else (about.fix if fix is None else fix)
    return Finding(of or about.area, subject or about.subject, verdict, text, cure, means or about.means)


def guarded(code: str, check: Callable[[], Checked]) -> Checked:
    """Yield what a check finds; when it breaks, say that of its line and let the other checks go on."""
    try:
        yield from check()
    except Exception as error:  # noqa: BLE001 (whatever breaks is a finding, and never the end of the check)
        yield broken(code, error)


def broken(code: str, error: Exception) -> Finding:
    """Return the finding of a check that could not be made, in words."""
    from xlpy.services.run.session import in_words

    logger.warning("Check setup, %s: %s", code, error, exc_info=error)
    told = error if isinstance(error, XlpyError) else in_words(error)
    if told is None:
        text = f"could not be checked ({type(error).__name__})"
        return line(code, Verdict.UNKNOWN, text, fix="Save the full log and send it to your support.")
    return line(code, Verdict.PROBLEM, told.text, fix=told.fix or None)
