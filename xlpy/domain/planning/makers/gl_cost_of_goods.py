"""The cost journal of an invoice: what its inventory items cost goes from the inventory account to cost of goods."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from xlpy.domain.checks.table import found
from xlpy.domain.documents.gl import COST, GlJournal, GlLine
from xlpy.domain.facts.books import SlBooks
from xlpy.domain.facts.manage import INVENTORY, CatalogItem, ExportInvoice, ExportLine, ManageMasters
from xlpy.domain.mapping.accounts import Accounts
from xlpy.domain.mapping.signs import MANAGE_CREDIT
from xlpy.domain.planning.makers.gl_journals import two_sided
from xlpy.domain.values.money import round_money
from xlpy.domain.values.problems import Problem, has_stop
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.domain.values.widths import Widths

OUT, IN, UNCLEAR = 1, -1, 0


def cost_journal(
    invoice: ExportInvoice,
    document_date: date,
    masters: ManageMasters,
    books: SlBooks,
    posting: PostingRules,
    *,
    reference: str = "",
    cust_id: str = "",
    accounts: Accounts | None = None,
    widths: Widths | None = None,
) -> tuple[GlJournal | None, tuple[Problem, ...]]:
    """Return the cost journal of an invoice and what is wrong with it; no journal when there is no cost, or a stop.

    Two lines for each costed line, with the item's description: debit its ``cost_account``, credit its
    ``inventory_account`` by the extended cost in base currency; goods that come back (a credit memo's lines, or a
    line turned within an invoice) change the sides. Nothing when Manage's option for COGS entries is off; drop
    shipments only with its own option (Manage API: accountingPackageSetup). ``reference``, ``cust_id``: of the
    invoice's document, put on every line. ``accounts`` and ``widths``: those of a whole plan, when there is one.
    """
    costed = list(costed_lines(invoice, masters))
    if not costed:
        return None, ()
    accounts = accounts or Accounts(masters, books, posting.default_sub, posting.account_segments)
    widths = widths or Widths(books.widths, books.code_page)
    base, decimals = books.gl.base_currency, books.base_decimals
    number = invoice.number.strip()
    problems: list[Problem] = []
    ext_ref = number if widths.fits(number, "GLTran", "ExtRefNbr") else ""
    if number != ext_ref:
        problems.append(found("JRN-EXT-REF", number))
    if invoice.currency and invoice.currency.upper() != base.upper():
        problems.append(found("COST-BASE", invoice.currency, base, currency=base))
    lines: list[GlLine] = []
    shortened = replaced = False
    for line, item in costed:
        name = item_name(line, item)
        if item is None:
            problems.append(found("COST-ITEM", name, item=name))
            continue
        side = goods_side(invoice, line)
        if side == UNCLEAR:
            problems.append(found("COST-SIDE", f"{line.quantity} / {line.total} / {line.cost}", item=name))
            continue
        debit = accounts.of_line(line.cost_account, base)
        credit = accounts.of_line(line.inventory_account, base)
        problems += (*debit.problems, *credit.problems)
        text = widths.fit(line.item_description or item.description or line.memo or name, "GLTran", "TranDesc")
        shortened, replaced = shortened or text.shortened, replaced or text.replaced
        amount = round_money(cost_in_base(line), decimals)
        if amount:
            quantity = round_money(abs(line.quantity), books.stock.setup.quantity_decimals)
            lines += two_sided(
                debit,
                credit,
                amount * side,
                text.text,
                ref_nbr=reference,
                ext_ref_nbr=ext_ref,
                party=cust_id,
                quantity=quantity,
            )
    if shortened:
        problems.append(found("TEXT-SHORT"))
    if replaced:
        problems.append(found("TEXT-CHARS"))
    problems = list(dict.fromkeys(problems))
    if has_stop(problems) or not lines:
        return None, tuple(problems)
    key = TransactionKey(Kind.INVOICE, str(invoice.id))
    descr = widths.fit(f"Cost of {number}", "Batch", "Descr").text
    return GlJournal((key,), COST, document_date, tuple(lines), descr), tuple(problems)


def costed_lines(invoice: ExportInvoice, masters: ManageMasters) -> Iterable[tuple[ExportLine, CatalogItem | None]]:
    """Find the lines whose cost is posted, with their product; None when the catalog does not have it.

    A product makes a cost when its class is Inventory (Manage API: catalog, productClass).
    """
    package = masters.package
    if not package.include_cogs:
        return
    for line in invoice.lines:
        if not line.cost or line.is_tax or not line.item or (line.drop_shipped and not package.include_cogs_drop_ship):
            continue
        item = masters.catalog.get(line.item.id)
        if item is None or item.product_class == INVENTORY:
            yield line, item


def item_name(line: ExportLine, item: CatalogItem | None) -> str:
    """Return what the user knows a line's product by."""
    return (item.identifier if item else "") or line.item.identifier or line.item.name or str(line.item.id)


def cost_in_base(line: ExportLine) -> Decimal:
    """Return the size of a line's extended cost in base currency.

    Unverified: Manage names no currency for costs; they come from its stock, which is valued in base currency, also
    on an invoice in another currency. The sign is left to ``goods_side``.
    """
    return abs(line.cost)


def goods_side(invoice: ExportInvoice, line: ExportLine) -> int:
    """Return whether goods went ``OUT`` to the customer or came back ``IN``; ``UNCLEAR`` when the signs contradict.

    Manage API: an invoice's line has a negative quantity and total; a credit memo's a negative quantity too, but a
    positive total. Opposite signs of both are opposite goods. Unverified: the sign of ``cost`` where goods come back,
    so it is not looked at there; going out on an invoice it is positive.
    """
    credit = invoice.document_type.strip().upper() == MANAGE_CREDIT
    signs = set()
    if line.total:
        signs.add(OUT if line.total < 0 else IN)
    if line.quantity:
        signs.add(OUT if (line.quantity < 0) != credit else IN)
    side = signs.pop() if len(signs) == 1 else UNCLEAR if signs else (IN if credit else OUT)
    return UNCLEAR if side == OUT and line.cost < 0 and not credit else side
