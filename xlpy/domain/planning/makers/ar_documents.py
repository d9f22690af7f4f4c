"""From one exported invoice to its SL document, with the journal of what its goods cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial

from xlpy.domain.checks.table import found
from xlpy.domain.documents.ar import ArDocument, ArLine, NewCustomer
from xlpy.domain.documents.gl import GlJournal
from xlpy.domain.documents.plan import PlanOptions
from xlpy.domain.documents.shared import RateUsed
from xlpy.domain.facts.books import Customer, SlBooks, sl_key
from xlpy.domain.facts.manage import ExportInvoice, ManageMasters, UnpostedInvoice
from xlpy.domain.mapping.accounts import Accounts, Resolved
from xlpy.domain.mapping.currencies import Currencies, CurrencyDecimals, line_taking_difference
from xlpy.domain.mapping.customers import Customers, ResolvedCustomer
from xlpy.domain.mapping.dates import DocumentDates, due_date, usable_date
from xlpy.domain.mapping.descriptions import described
from xlpy.domain.mapping.references import WIDEST_REFERENCE
from xlpy.domain.mapping.signs import CREDIT_MEMO, TurnedInvoice, TurnedLine, turn
from xlpy.domain.mapping.taxes import NO_TAXES, ResolvedTaxes, TaxAccounts, Taxes
from xlpy.domain.mapping.terms import AllTerms, discount
from xlpy.domain.planning.makers.gl_cost_of_goods import cost_journal
from xlpy.domain.planning.makers.ledger_rules import judge_reference
from xlpy.domain.planning.makers.maker import Made
from xlpy.domain.planning.own_facts import invoice_facts, invoice_line
from xlpy.domain.planning.own_rules import OwnRules
from xlpy.domain.values.dates import NO_DATE
from xlpy.domain.values.money import to_base, total
from xlpy.domain.values.problems import Problem, Severity, has_stop
from xlpy.domain.values.rules import MasterRules, PostingRules
from xlpy.domain.values.transactions import Posting, TransactionKey
from xlpy.domain.values.widths import Widths


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of an invoice before its document is built."""

    key: TransactionKey
    invoice: ExportInvoice
    unposted: UnpostedInvoice
    turned: TurnedInvoice
    owing: ResolvedCustomer
    reference: str
    reuse: bool
    day: date | None
    rate: RateUsed | None
    currency: str


Cost = tuple[GlJournal | None, tuple[Problem, ...]]


class InvoiceDocuments:
    """Makes SL documents of exported invoices; masters are resolved once for all of them."""

    def __init__(
        self,
        options: PlanOptions,
        masters: ManageMasters,
        books: SlBooks,
        posting: PostingRules,
        master_rules: MasterRules,
        own: OwnRules,
    ) -> None:
        self._options = options
        self._masters = masters
        self._books = books
        self._posting = posting
        self._own = own
        self.widths = Widths(books.widths, books.code_page)
        self._currencies = Currencies(books, posting.rate_max_age_days)
        self._decimals = CurrencyDecimals(books, masters)
        self._accounts = Accounts(masters, books, posting.default_sub, posting.account_segments)
        self._terms = AllTerms(books.terms, masters.terms, days_apart=posting.due_days_tolerance)
        self._customers = Customers(
            masters=masters, books=books, posting=posting, rules=master_rules, terms=self._terms, widths=self.widths
        )
        self._classes = {sl_key(key): row for key, row in books.customer_classes.items()}
        tax_rows = {sl_key(key): row for key, row in books.taxes.items()}
        self._tax_row = lambda tax_id: tax_rows.get(sl_key(tax_id))
        self._taxes: dict[str, Taxes] = {}
        self._references = {sl_key(key): uses for key, uses in books.references.items()}
        self._dates = DocumentDates(books.gl, books.ar, options.period)
        self._tax_accounts = TaxAccounts(self._accounts.split)

    def decimals_of(self, currency: str) -> int:
        """Decimals of a currency: SL's, else Manage's, else 2."""
        return self._decimals.of(currency)

    def _turned(self, invoice: ExportInvoice) -> TurnedInvoice:
        """Turn an invoice by its details, in its currency's decimals."""
        ar = self._books.ar
        currency = invoice.currency or self._currencies.base_currency
        return turn(invoice, self.decimals_of(currency), ar.price_decimals, ar.quantity_decimals)

    def draft(
        self,
        key: TransactionKey,
        invoice: ExportInvoice,
        unposted: UnpostedInvoice,
        posting: Posting | None,
        own_period: str = "",
    ) -> Made:
        """Apply every rule to one invoice. All problems are told at once, whatever stops it first."""
        turned = self._turned(invoice)
        problems: list[Problem] = []
        if not turned.balanced:
            problems.append(found("UNBALANCED", f"{invoice.total} / {turned.receivable}"))
        elif turned.is_nothing and not any(level.tax for level in turned.levels):
            return self._nothing_but_cost(invoice, unposted, own_period)
        avalara = invoice.avalara or unposted.avalara
        if not turned.taxes_agree and not avalara:
            levels = total(level.tax for level in turned.levels)
            problems.append(found("TAX-SUM", f"{levels} / {turned.tax}"))
        if not turned.lines and not turned.is_nothing:
            problems.append(found("NO-LINES", invoice.number))
        if turned.turned:
            becomes = "credit memo" if turned.doc_type == CREDIT_MEMO else "invoice"
            given = "invoice" if turned.doc_type == CREDIT_MEMO else "credit memo"
            problems.append(found("TURNED", invoice.document_type, turned.doc_type, given=given, becomes=becomes))
        if avalara:
            problems.append(found("AVALARA", invoice.tax_code.name))
            turned = replace(turned, levels=())  # they are Avalara's: that is the one problem to tell
        reference, wrong = self.reference(invoice, unposted)
        problems.extend(wrong)
        reuse = self._check_reference(reference, invoice, posting, problems)
        owing = self._owing(invoice, unposted)
        problems.extend(owing.problems)
        day = usable_date(invoice.document_date, problems)
        period = ""
        if day is not None:
            period, wrong = self._dates.period(day, own_period)
            problems.extend(wrong)
        currency = invoice.currency
        if not currency:
            currency = self._currencies.base_currency
            problems.append(found("CURY-EMPTY", in_sl=currency, currency=currency))
        rate, wrong = self._currencies.rate_for(currency, owing.customer, day) if day else (None, ())
        problems.extend(wrong)
        facts = _Facts(key, invoice, unposted, turned, owing, reference, reuse, day, rate, currency)
        document = self._document(facts, problems)
        cost, wrong = self._cost(invoice, day, reference, owing.cust_id)
        problems.extend(wrong)
        made: tuple[ArDocument | GlJournal | None, ...] = (document, cost)
        return Made(
            tuple(problems),
            documents=tuple((period, one) for one in made if one),
            masters=(owing.new,) if owing.new and document else (),
            claim=sl_key(reference),
        )

    def reference(self, invoice: ExportInvoice, unposted: UnpostedInvoice) -> tuple[str, tuple[Problem, ...]]:
        """Return the SL reference of an invoice by the firm's own rule, else by that of the settings; what is wrong."""
        own = self._own
        facts = invoice_facts(invoice, unposted, self._masters) if own.has("reference") else None
        return own.reference(invoice.number, facts)

    def _owing(self, invoice: ExportInvoice, unposted: UnpostedInvoice) -> ResolvedCustomer:
        """Return who owes an invoice by the firm's own rule, else by that of the settings."""
        if not self._own.has("customer"):
            return self._customers.resolve(invoice, unposted)
        given, told = self._own.customer(invoice_facts(invoice, unposted, self._masters))
        if not given:
            resolved = self._customers.resolve(invoice, unposted)
        elif (known := self._customers.of_id(given)) is not None:
            resolved = known
        else:
            return ResolvedCustomer(problems=(self._own.no_customer(given),))
        return replace(resolved, problems=(*told, *resolved.problems))

    def _nothing_but_cost(self, invoice: ExportInvoice, unposted: UnpostedInvoice, own_period: str) -> Made:
        """Draft an invoice that asks for no money: goods given away still have their cost journal."""
        problems: list[Problem] = []
        reference, wrong = self.reference(invoice, unposted)
        problems.extend(wrong)
        reference = reference if len(reference) <= WIDEST_REFERENCE else ""
        day = usable_date(invoice.document_date, problems)
        cost, wrong = self._cost(invoice, day, reference, "")
        if cost is None and not has_stop((*problems, *wrong)):
            return Made((found("NOTHING-TO-POST", invoice.number),), nothing_to_post=True)
        problems.extend(wrong)
        period = ""
        if day is not None:
            period, closed = self._dates.period(day, own_period)
            problems.extend(closed)
        return Made(tuple(problems), documents=((period, cost),) if cost else ())

    def _document(self, facts: _Facts, problems: list[Problem]) -> ArDocument | None:
        """Check accounts, taxes, terms and texts, and build the document; None when it can't be built."""
        invoice, turned, owing, currency = facts.invoice, facts.turned, facts.owing, facts.currency
        day, rate = facts.day, facts.rate
        control = self._control(invoice, owing, currency, problems)
        accounts = [
            self._own.account(
                line.account_number, partial(invoice_line, invoice, facts.unposted, line), self._accounts, currency
            )
            for line in (turned_line.line for turned_line in turned.lines)
        ]
        for resolved in accounts:
            problems.extend(resolved.problems)
        terms = None
        if turned.doc_type != CREDIT_MEMO:
            resolved_terms = self._terms.resolve(invoice)
            problems.extend(resolved_terms.problems)
            terms = resolved_terms.terms
        due = due_date(invoice, turned.doc_type, day, problems)
        if day is None or rate is None or due is None or not owing.cust_id:
            if day is not None and rate is None:
                self._resolve_taxes(invoice, turned, day, _any_rate(currency, day), problems)
            return None
        taxes = self._resolve_taxes(invoice, turned, day, rate, problems)
        if any(problem.severity is Severity.STOP for problem in problems):
            self._texts(invoice, turned, problems)
            return None
        descr, texts = self._texts(invoice, turned, problems)
        decimals = self._books.base_decimals
        lines = tuple(
            self._line(line, account, text, rate)
            for line, account, text in zip(turned.lines, accounts, texts, strict=True)
        )
        base_total = to_base(turned.total, rate.rate, rate.mult_div, decimals)
        difference = base_total - total(slot.tax for slot in taxes.slots) - total(line.amount for line in lines)
        if difference and line_taking_difference(lines) is None:
            problems.append(found("BASE-DIFF", str(turned.total), str(difference)))
            return None
        cury_discount, disc_date = discount(terms, turned.total, day, rate.decimals)
        return ArDocument(
            transaction=facts.key,
            doc_type=turned.doc_type,
            ref_nbr=facts.reference,
            cust_id=owing.cust_id,
            doc_date=day,
            due_date=due,
            disc_date=disc_date,
            terms=terms.terms_id if terms else "",
            rate=rate,
            ar_acct=control.acct,
            ar_sub=control.sub,
            cury_total=turned.total,
            total=base_total,
            cury_discount=cury_discount,
            discount=to_base(cury_discount, rate.rate, rate.mult_div, decimals),
            taxes=taxes.slots,
            tax_postings=taxes.postings,
            lines=lines,
            descr=descr,
            cust_ord_nbr=self._order_number(invoice, problems),
            base_difference=difference,
            reuse_reservation=facts.reuse,
        )

    def _line(self, line: TurnedLine, account: Resolved, text: str, rate: RateUsed) -> ArLine:
        ar = self._books.ar
        unit = line.line.unit if self.widths.fits(line.line.unit, "ARTran", "UnitDesc") else ""
        is_base = not rate.rate_type and rate.rate == 1
        amount, price = line.amount, line.unit_price
        if not is_base:
            amount = to_base(amount, rate.rate, rate.mult_div, self._books.base_decimals)
            price = to_base(price, rate.rate, rate.mult_div, ar.price_decimals)
        return ArLine(
            account.acct,
            account.sub,
            line.amount,
            amount,
            line.quantity,
            line.unit_price,
            price,
            unit,
            text,
            "",
            line.line.id,
        )

    def _control(
        self, invoice: ExportInvoice, owing: ResolvedCustomer, currency: str, problems: list[Problem]
    ) -> Resolved:
        """Resolve the receivable account: Manage's, with the sub of customer, class or set-up when it has none."""
        customer = owing.customer
        acct, sub = self._default_control(customer, owing.new)
        class_row = self._classes.get(sl_key(customer.class_id)) if customer else None
        subs = (sub, class_row.ar_sub if class_row else "", self._books.ar.ar_sub)
        control = self._accounts.of_control(invoice.account_number, currency, subs)
        problems.extend(control.problems)
        if acct and control.acct:
            same_acct = sl_key(acct) == sl_key(control.acct)
            if not same_acct or (sub and control.sub and sl_key(sub) != sl_key(control.sub)):
                problems.append(found("AR-ACCT", f"{control.acct} {control.sub}".strip(), f"{acct} {sub}".strip()))
        return control

    @staticmethod
    def _default_control(customer: Customer | None, new: NewCustomer | None) -> tuple[str, str]:
        if customer is not None:
            return customer.ar_acct, customer.ar_sub
        if new is not None:
            return new.ar_acct, new.ar_sub
        return "", ""

    def _resolve_taxes(
        self, invoice: ExportInvoice, turned: TurnedInvoice, day: date, rate: RateUsed, problems: list[Problem]
    ) -> ResolvedTaxes:
        if not turned.levels:
            return NO_TAXES
        taxes = self._taxes.get(rate.currency)
        if taxes is None:
            taxes = self._taxes[rate.currency] = Taxes(
                self._tax_row,
                self._masters.tax_codes,
                lambda acct, sub: self._accounts.check(acct, sub, rate.currency, acct),
                self._books.base_decimals,
                group_difference=self._posting.tax_group_difference,
            )
        resolved = taxes.resolve(turned.levels, invoice.tax_code.id, invoice.tax_code.name, day, rate)
        problems.extend(resolved.problems)
        texts = (line.account_number for line in invoice.lines if line.is_tax and line.total)
        problems.extend(self._tax_accounts.differing(texts, resolved.postings))
        return resolved

    def _check_reference(
        self, reference: str, invoice: ExportInvoice, posting: Posting | None, problems: list[Problem]
    ) -> bool:
        """Check a reference; returns whether our own reservation of it is used again."""
        if not reference:
            problems.append(found("REF-EMPTY", invoice.number))
            return False
        if len(reference) > WIDEST_REFERENCE:
            problems.append(found("REF-WIDTH", invoice.number))
            return False
        if not self.widths.fits(reference, "ARDoc", "RefNbr"):
            problems.append(found("REF-CHARS", invoice.number))
            return False
        judged = judge_reference(reference, self._references.get(sl_key(reference), ()), posting)
        problems.extend(judged.problems)
        return judged.reuse_reservation

    def _cost(self, invoice: ExportInvoice, day: date | None, reference: str, cust_id: str) -> Cost:
        """Return the cost journal of an invoice, and what is wrong with it."""
        return cost_journal(
            invoice,
            day or NO_DATE,
            self._masters,
            self._books,
            self._posting,
            reference=reference,
            cust_id=cust_id,
            accounts=self._accounts,
            widths=self.widths,
        )

    def _texts(self, invoice: ExportInvoice, turned: TurnedInvoice, problems: list[Problem]) -> tuple[str, list[str]]:
        """Return the document's and the lines' descriptions as SL holds them; one note for all that were changed."""
        facts = {
            "number": invoice.number,
            "company": invoice.company.name,
            "type": invoice.billing_type,
            "description": invoice.description,
            "memo": invoice.memo,
        }
        descr = described(self._posting.document_description, facts)
        fitted = self.widths.fit(descr, "ARDoc", "DocDesc")
        shortened, replaced = fitted.shortened, fitted.replaced
        texts: list[str] = []
        fit = self.widths.fit
        for entry in turned.lines:
            line = entry.line
            text = fit(line.memo or line.item_description or line.description, "ARTran", "TranDesc")
            shortened = shortened or text.shortened
            replaced = replaced or text.replaced
            texts.append(text.text)
        if shortened:
            problems.append(found("TEXT-SHORT"))
        if replaced:
            problems.append(found("TEXT-CHARS"))
        return fitted.text, texts

    def _order_number(self, invoice: ExportInvoice, problems: list[Problem]) -> str:
        number = invoice.customer_po
        if number and not self.widths.fits(number, "ARDoc", "CustOrdNbr"):
            problems.append(found("PO-WIDTH", number))
            return ""
        return number


def _any_rate(currency: str, day: date) -> RateUsed:
    """Stand in for the missing rate, so that the taxes of the document are checked all the same."""
    return RateUsed(currency, Decimal(1), "M", "", day, 2)
