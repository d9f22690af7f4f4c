"""Item receipts: from one exported receipt to its voucher, or of a return to its debit adjustment."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from xlpy.domain.checks.table import found
from xlpy.domain.facts.books import Terms, sl_key
from xlpy.domain.facts.manage import INVENTORY, ExportTaxLevel, ManageMasters
from xlpy.domain.facts.manage_procurement import ExportPurchase, ExportPurchaseLine, UnpostedProcurement
from xlpy.domain.facts.payables_books import VendorInvoiceUse
from xlpy.domain.mapping.accounts import Resolved
from xlpy.domain.mapping.dates import usable_date
from xlpy.domain.mapping.descriptions import described
from xlpy.domain.mapping.receipt_taxes import receipt_levels
from xlpy.domain.mapping.vendors import ResolvedVendor
from xlpy.domain.planning.makers.ap_vouchers import VoucherFacts, VoucherLine, Vouchers, due_after
from xlpy.domain.planning.makers.maker import Made
from xlpy.domain.planning.own_facts import receipt_line
from xlpy.domain.values.money import is_nil, round_money, same_amount, total
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.transactions import TransactionKey

WIDEST_VENDOR_INVOICE = 15  # SL: APDoc.InvcNbr char(15)
_BY_DAYS = "D"
_ORDER = re.compile(r"\s*(\d+)-")


def receipt_date(purchase: ExportPurchase) -> date | None:
    """Return the day of the receipt. Unverified: the document's date is it, the purchase date only stands in."""
    return purchase.document_date or purchase.purchase_date


def order_of(record_id: str) -> str:
    """Return the purchase order's id of an ``unpostedProductId``. Unverified: that it is the number in front."""
    number = _ORDER.match(record_id)
    return number[1] if number else ""


def vendor_invoice_number(purchase: ExportPurchase, unposted: UnpostedProcurement) -> tuple[str, str]:
    """Return APDoc.InvcNbr, and the code of the note it needs, if any: the vendor's number, its last 15 characters.

    Without one it is the order's number and the packing slip.
    """
    given = purchase.vendor_invoice_number or unposted.vendor_invoice_number
    number = given or f"{purchase.document_number} {purchase.packing_slip}".strip()
    code = "INVC-SHORT" if len(number) > WIDEST_VENDOR_INVOICE else ""
    return number[-WIDEST_VENDOR_INVOICE:].strip(), code if given else "INVC-MADE"


def payable_of(purchase: ExportPurchase, decimals: int) -> Decimal:
    """Return what a receipt makes owed to the vendor, by its lines: freight and taxes too; negative for a return."""
    return total(-round_money(amount, decimals) for amount in _amounts(purchase)) + round_money(Decimal(0), decimals)


def _amounts(purchase: ExportPurchase) -> tuple[Decimal, ...]:
    """Every amount of a receipt in Manage's sign: lines, freight and taxes."""
    return (*(line.total for line in purchase.lines), *(tax.total for tax in purchase.taxes))


class Receipts:
    """Drafts the vouchers of receipts."""

    def __init__(self, vouchers: Vouchers, masters: ManageMasters, posting: PostingRules) -> None:
        self._vouchers = vouchers
        self._masters = masters
        self._posting = posting

    def payable(self, purchase: ExportPurchase) -> Decimal:
        """Return what a receipt makes owed, in its currency's decimals."""
        return payable_of(purchase, self.decimals(purchase))

    def draft(
        self, key: TransactionKey, purchase: ExportPurchase, unposted: UnpostedProcurement, own_period: str = ""
    ) -> Made:
        """Apply every rule to one receipt. All problems are told at once, whatever stops it first."""
        decimals = self.decimals(purchase)
        payable = payable_of(purchase, decimals)
        exact = -total(_amounts(purchase))
        if not same_amount(purchase.total, exact):
            problems = [found("UNBALANCED", f"{purchase.total} / {payable}")]
        elif all(is_nil(amount) for amount in _amounts(purchase)):
            return Made((found("NOTHING-TO-POST", purchase.document_number),), nothing_to_post=True)
        else:
            problems = []
        if not purchase.lines:
            problems.append(found("NO-LINES", purchase.document_number))
        if payable < 0:
            problems.append(found("TURNED", str(payable), "AD", given="receipt", becomes="debit adjustment"))
        problems.extend(self._freight_problems(purchase, decimals))
        vendor = self._vouchers.vendors.of_company(purchase.vendor_number, purchase.company)
        problems.extend(vendor.problems)
        number, code = vendor_invoice_number(purchase, unposted)
        if code:
            problems.append(found(code, purchase.vendor_invoice_number, number))
        if not number or not self._vouchers.widths.fits(number, "APDoc", "InvcNbr"):
            problems.append(found("INVC-CHARS", number))
        problems.extend(self._duplicates(key, vendor, number))
        currency = self._vouchers.currency(purchase.currency, problems)
        day = usable_date(receipt_date(purchase), problems)
        given = purchase.vendor_invoice_date or unposted.vendor_invoice_date
        invoiced = usable_date(given, problems) if given else day
        terms, due = (None, day) if payable < 0 else self._due(purchase, vendor, invoiced, problems)
        levels: tuple[ExportTaxLevel, ...] = ()
        told = True
        if purchase.avalara or unposted.avalara:
            problems.append(found("AVALARA", purchase.tax_code.name))
        else:
            levels, told = receipt_levels(purchase, self._masters.tax_codes.get(purchase.tax_code.id), decimals)
        if not told:
            code_name = purchase.tax_code.identifier or purchase.tax_code.name
            summed = any(level.tax for level in purchase.tax_levels)
            problems.append(found("TAX-SUM") if summed else found("RCPT-TAX-LEVEL", code_name, code=code_name))
        facts = VoucherFacts(
            own_period=own_period,
            transactions=(key,),
            vendor=vendor,
            payable=payable,
            day=day,
            due=due,
            terms=terms,
            currency=currency,
            ap_account=purchase.ap_account_number,
            invc_nbr=number,
            invc_date=invoiced,
            lines=tuple(
                self._line(line, self._account_of(unposted, purchase, line, currency, problems), decimals)
                for line in purchase.lines
            ),
            descr=described(
                self._posting.receipt_description,
                {
                    "number": purchase.document_number,
                    "slip": purchase.packing_slip,
                    "vendor": unposted.vendor.name,
                    "invoice": number,
                },
            ),
            levels=levels if told else (),
            tax_code=purchase.tax_code,
            tax_accounts=tuple(tax.account_number for tax in purchase.taxes if tax.total),
        )
        period, document = self._vouchers.build(facts, problems)
        return Made(
            tuple(problems),
            documents=((period, document),) if document else (),
            masters=(vendor.new,) if vendor.new else (),
            claim=f"{sl_key(vendor.vend_id)}\t{sl_key(number)}" if vendor.vend_id and number else "",
        )

    def decimals(self, purchase: ExportPurchase) -> int:
        """Decimals of the receipt's currency."""
        return self._vouchers.decimals.of(purchase.currency or self._vouchers.base_currency)

    def _account_of(
        self,
        unposted: UnpostedProcurement,
        purchase: ExportPurchase,
        line: ExportPurchaseLine,
        currency: str,
        problems: list[Problem],
    ) -> Resolved:
        """Return the account of a line: by the firm's own rule, else Manage's."""
        if not line.is_freight and not self._is_known(line, problems):
            return Resolved("", "")
        text = self._account(line, problems)
        return self._vouchers.own.account(
            text, lambda: receipt_line(unposted, purchase, line, text, currency), self._vouchers.accounts, currency
        )

    @staticmethod
    def _line(line: ExportPurchaseLine, account: Resolved, decimals: int) -> VoucherLine:
        return VoucherLine(
            account=account,
            amount=-round_money(line.total, decimals),
            text=line.memo or line.item_description or line.item.identifier or ("Freight" if line.is_freight else ""),
            quantity=line.quantity,
            unit_price=line.item_cost,
            unit=line.unit_xref or line.unit.name,
        )

    def _is_known(self, line: ExportPurchaseLine, problems: list[Problem]) -> bool:
        """Whether it can be told that a line's product is an inventory item or not."""
        if not line.item or line.item.id in self._masters.catalog:
            return True
        name = line.item.identifier or line.item.name or str(line.item.id)
        problems.append(found("RCPT-ITEM", name, item=name))
        return False

    def _account(self, line: ExportPurchaseLine, problems: list[Problem]) -> str:
        """Return Manage's account text of a line: freight its own, inventory items the asset, all others the cost.

        A line's own account is the product's revenue account and is never posted to, but for freight (Manage API:
        purchaseDetail).
        """
        if line.is_freight:
            return line.account_number
        item = self._masters.catalog.get(line.item.id)
        if item is None or item.product_class != INVENTORY:
            return line.cost_account
        package = self._masters.package
        if line.drop_shipped and not (package.include_cogs and package.include_cogs_drop_ship):
            problems.append(found("RCPT-DROP-SHIP", item.identifier, item=item.identifier))
        return line.inventory_account

    @staticmethod
    def _freight_problems(purchase: ExportPurchase, decimals: int) -> Iterable[Problem]:
        lines = total(round_money(line.total, decimals) for line in purchase.lines if line.is_freight)
        header = round_money(purchase.freight, decimals)
        # The sign of the header's freight on a return is unverified, so sizes are compared.
        if abs(lines) != abs(header):
            yield found("RCPT-FREIGHT", f"{header} / {-lines}")

    def _due(
        self, purchase: ExportPurchase, vendor: ResolvedVendor, invoiced: date | None, problems: list[Problem]
    ) -> tuple[Terms | None, date | None]:
        """Return SL's terms and the due date: vendor invoice date and the terms' days.

        By SL's days when its terms are by days (SL: Terms.DueType D), else by Manage's; an order without any terms
        has those of the vendor in SL.
        """
        days: int | None
        if not purchase.terms and not purchase.terms_xref and vendor.terms:
            terms = self._vouchers.terms.usable(vendor.terms)
            if terms is None or terms.due_type != _BY_DAYS:
                problems.append(found("DUE-AT-ONCE", in_sl=vendor.terms, terms=vendor.terms))
                return None, invoiced  # due at once: the document must not name terms that say otherwise
            problems.append(found("TERMS-OF-VENDOR", in_sl=vendor.terms, terms=vendor.terms))
            days = terms.due_interval
        else:
            resolved = self._vouchers.terms.resolve(purchase)
            problems.extend(resolved.problems)
            terms = resolved.terms
            if terms is None:
                return None, None
            billing = self._vouchers.terms.billing(purchase.terms)
            in_manage = purchase.due_days if purchase.due_days is not None else billing.due_days if billing else None
            days = terms.due_interval if terms.due_type == _BY_DAYS else in_manage
        if days is None:
            problems.append(found("DUE-MISSING"))
            return terms, None
        return terms, due_after(invoiced, days, problems)

    def _duplicates(self, key: TransactionKey, vendor: ResolvedVendor, number: str) -> Iterable[Problem]:
        """Find other documents of the vendor with the same number; our own for another receipt of the order is fine."""
        for use in self._vouchers.uses_of(vendor, number) if number else ():
            if is_of_same_order(use, key):
                yield found("INVC-OURS", number, f"{use.doc_type} {use.ref_nbr}")
            else:
                yield self._vouchers.used(vendor, use)


def is_of_same_order(use: VendorInvoiceUse, key: TransactionKey) -> bool:
    """Whether an SL document is ours, of another receipt of the same purchase order."""
    ours = use.posted_for
    if ours is None or ours.kind is not key.kind or ours == key:
        return False
    return bool(order_of(key.record_id)) and order_of(ours.record_id) == order_of(key.record_id)
