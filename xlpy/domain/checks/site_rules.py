"""Words of the checks of a firm's own rules. What the rules find has codes of the firm's own: ``found_by_site``."""

from __future__ import annotations

from xlpy.domain.values.problems import Case, Check, Severity

_FILE = "The file that [site] rules names, beside the settings"
_SOURCE = "This product: a firm's own rules, [site] rules"

SITE_RULE_CHECKS = (
    Check(
        "RULES-USED",
        Severity.NOTE,
        "The rules of {file} are used: {functions}",
        "Nothing to do; xlpy rules try shows what they change",
        _FILE,
        _SOURCE,
    ),
    Check(
        "RULES-FAILED",
        Severity.STOP,
        "The rule {function} of {file} failed{line}: {error}",
        "Correct the function, and try it with: xlpy rules try",
        _FILE,
        _SOURCE,
    ),
    Check(
        "RULES-ANSWER",
        Severity.STOP,
        "The rule {function} of {file} gave {given}, which is not {wanted}",
        "Correct the function; where it gives nothing back, all stays as it is without the rule",
        _FILE,
        _SOURCE,
    ),
    Check(
        "RULES-UNSTEADY",
        Severity.STOP,
        "The rule {function} of {file} gave two answers to the same question: {one}, then {other}",
        "Let it answer by what it is given alone, so that what is previewed is what is written",
        _FILE,
        "This product: what was previewed is what is written",
    ),
    Check(
        "RULES-WIDTH",
        Severity.STOP,
        "The rule {function} of {file} gave {given}, but SL's {column} holds {width} characters",
        "Let the function give a shorter text",
        _FILE,
        "SL: the widths of its columns, in bytes of its code page",
    ),
    Check(
        "RULES-CHARS",
        Severity.STOP,
        "The rule {function} of {file} gave {given}, with a character that SL's {column} can't hold",
        "Let the function give a text in the characters of the SL database",
        _FILE,
        "SL: char columns hold the code page of the database",
    ),
    Check(
        "RULES-ACCOUNT",
        Severity.STOP,
        "The rule account of {file} gave {given}: {why}",
        "Let the function give an account of SL with its subaccount, such as '4010:200'",
        _FILE,
        "SL: Account, SubAcct",
    ),
    Check(
        "RULES-CUSTOMER",
        Severity.STOP,
        "The rule customer of {file} gave {given}, which is no customer in SL",
        "Enter the customer in SL, or let the function give the id of one; rules create none",
        _FILE,
        "SL: Customer.CustId",
    ),
    Check(
        "RULES-COLUMN",
        Severity.STOP,
        "The rule user_fields of {file} gave a value for {column}, {why}",
        "Let the function fill free User columns only",
        _FILE,
        "SL: User1, User2, User5 and User6 are nobody's; this product's settings: user_columns",
        {
            "unknown": Case("The rule user_fields of {file} gave a value for {column}, which is not one of {why}"),
            "stamped": Case(
                "The rule user_fields of {file} gave a value for {column}, which has the id in Manage ({why})"
            ),
        },
    ),
    Check(
        "RULES-CODE",
        Severity.STOP,
        "The rule {function} of {file} used the code {given}",
        "Give it a code that begins with OWN- and goes on in capital letters, digits and hyphens",
        _FILE,
        "This product: a firm's codes are told apart from its own",
    ),
)
