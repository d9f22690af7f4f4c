"""Checks of the set-up of both systems, before any transaction is looked at."""

from __future__ import annotations

from xlpy.domain.checks.table import found
from xlpy.domain.facts.books import SlBooks, sl_key
from xlpy.domain.facts.manage import PackageSetup
from xlpy.domain.facts.periods import calendar_is_usable, is_period
from xlpy.domain.mapping.descriptions import PLACEHOLDERS, unknown_placeholders
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.rules import FREE_COLUMNS, PostingRules
from xlpy.domain.values.widths import code_page_is_known


def setup_problems(package: PackageSetup, books: SlBooks, rules: PostingRules) -> tuple[Problem, ...]:
    """Check what the masters of Manage and the books of SL tell about the set-up."""
    problems: list[Problem] = []
    if package.identifier != "Other":
        problems.append(found("PACKAGE", package.identifier, package=package.identifier))
    if not package.include_sales_tax:
        problems.append(found("SALES-TAX-OFF"))
    if not package.inventory_soh:
        problems.append(found("SOH-OFF"))
    if not package.include_cogs:
        problems.append(found("COGS-OFF"))
    company, gl, ar = books.company, books.gl, books.ar
    if not company.active:
        problems.append(found("COMPANY-INACTIVE", in_sl=company.cpny_id, company=company.cpny_id))
    if not company.in_this_database:
        problems.append(found("COMPANY-DATABASE", in_sl=company.cpny_id, company=company.cpny_id))
    if not gl.set_up:
        problems.append(found("GL-SETUP"))
    if not ar.set_up:
        problems.append(found("AR-SETUP"))
    if ar.auto_ref:
        problems.append(found("AUTO-REF"))
    if not calendar_is_usable(gl.calendar):
        problems.append(found("CALENDAR", in_sl=" ".join(gl.calendar.ends)))
    else:
        problems.extend(
            found("PERIODS", in_sl=period, module=module)
            for module, period in (("GL", gl.per_nbr), ("AR", ar.per_nbr), ("AR", ar.curr_per_nbr or ar.per_nbr))
            if not is_period(period, gl.calendar)
        )
    if gl.per_nbr and gl.last_close_per_nbr == gl.per_nbr:
        problems.append(found("CLOSING", in_sl=gl.per_nbr))
    if sl_key(gl.base_currency) not in {sl_key(currency) for currency in books.currencies}:
        problems.append(found("BASE-CURRENCY", in_sl=gl.base_currency, currency=gl.base_currency))
    if not code_page_is_known(books.code_page):
        problems.append(found("CODE-PAGE", in_sl=books.code_page, code_page=books.code_page))
    problems.extend(
        found(
            "DESCR-RULE",
            setting=setting,
            placeholder=f"{{{name}}}",
            known=", ".join(f"{{{known}}}" for known in PLACEHOLDERS[setting]),
        )
        for setting in PLACEHOLDERS
        for name in unknown_placeholders(setting, getattr(rules, setting))
    )
    stamped = {("record_id_column", rules.record_id_column)} if rules.record_id_column else set()
    stamped |= {("user_columns", column) for column in rules.user_columns.values()}
    problems.extend(
        found("RECORD-COLUMN", setting=setting, column=column)
        for setting, column in sorted(stamped)
        if column not in FREE_COLUMNS
    )
    return tuple(dict.fromkeys(problems))
