"""Which SL taxes a document carries, and what SL's release will make of them.

Manage gives amounts by level; the agency xref of a level is the SL tax id, the tax code itself the SL group. A
document carries the group when SL's own split of the total gives every level's amount, otherwise the taxes one by
one. ARDoc has four slots: more taxes than that go as the group, too, when the split is off by no more than the settings
allow (rounding: each level by itself in Manage, the remainder on one member in SL), and each agency is told. A group
never stands beside one of its members: both would be posted (SL: pp_08400SalesTax).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xlpy.domain.checks.table import found
from xlpy.domain.documents.shared import RateUsed, TaxPosting, TaxSlot
from xlpy.domain.facts.books import SalesTax, sl_key
from xlpy.domain.facts.manage import ExportTaxLevel, TaxCode, TaxCodeLevel
from xlpy.domain.mapping.accounts import AccountText
from xlpy.domain.values.money import ZERO, round_money, to_base, total
from xlpy.domain.values.problems import Problem

SLOTS = 4  # ARDoc.TaxId00..03
_RATE_PLACES = 6  # SL: the release reads TaxRate with six decimals
_SMALLEST_RATE = Decimal("0.000001")

BooksTaxes = Callable[[str], SalesTax | None]
CheckAccount = Callable[[str, str], tuple[Problem, ...]]


@dataclass(frozen=True, slots=True)
class AgencyTax:
    """Tax of one agency of a document, all its levels added. Document currency, positive with the document's side."""

    tax: SalesTax
    cury_tax: Decimal
    cury_taxable: Decimal
    one_taxable: bool = True  # whether its levels had one and the same taxable amount


@dataclass(frozen=True, slots=True)
class ResolvedTaxes:
    """The tax slots of a document and what the release makes of them, with what is wrong."""

    slots: tuple[TaxSlot, ...] = ()
    postings: tuple[TaxPosting, ...] = ()
    problems: tuple[Problem, ...] = ()


NO_TAXES = ResolvedTaxes()


def rate_in_force(tax: SalesTax, day: date) -> Decimal:
    """Return SL's rate (percent) on a document date.

    Unverified: NewTaxRate is taken to hold from NewRateDate on, OldTaxRate before that date once TaxRate has been
    changed to the new one. The release itself always splits by TaxRate.
    """
    if tax.new_rate_date is None or tax.new_rate_date.year <= 1900:
        return tax.rate
    if day >= tax.new_rate_date:
        return tax.new_rate
    return tax.old_rate if tax.rate == tax.new_rate and tax.old_rate else tax.rate


def split_group(cury_total: Decimal, members: Sequence[SalesTax], decimals: int) -> dict[str, Decimal]:
    """Split a group's total over its members the way the release does, by tax id.

    Each member gets total × rate ÷ sum of rates, rounded; the remainder goes to the member with the smallest TaxId
    (SL: pp_08400SalesTax). With no rates at all there is nothing to split.
    """
    rates = {member.tax_id: round_money(member.rate, _RATE_PLACES) for member in members}
    group_rate = total(rates.values())
    if not group_rate:
        return {tax_id: round_money(ZERO, decimals) for tax_id in rates}
    split = {tax_id: round_money(cury_total * rate / group_rate, decimals) for tax_id, rate in rates.items()}
    first = min(split, key=sl_key)
    split[first] += cury_total - total(split.values())
    return split


def tax_postings(
    slots: Sequence[TaxSlot], taxes: BooksTaxes, rate: RateUsed, base_decimals: int
) -> tuple[TaxPosting, ...]:
    """Return the tax lines that the release makes of a document's slots, one per tax id, ordered by slot and id.

    Document and base amounts are split independently of each other, as the release does (SL: pp_08400SalesTax).
    """
    postings: list[TaxPosting] = []
    for slot in slots:
        row = taxes(slot.tax_id)
        members = [row] if row is not None else []
        if row is not None and row.tax_type == "G":
            members = [member for member in map(taxes, row.members) if member is not None and member.tax_type == "T"]
            members.sort(key=lambda member: sl_key(member.tax_id))
        if len(members) == 1:
            cury, base = {members[0].tax_id: slot.cury_tax}, {members[0].tax_id: slot.tax}
        else:
            cury = split_group(slot.cury_tax, members, rate.decimals)
            base = split_group(slot.tax, members, base_decimals)
        postings.extend(TaxPosting(m.tax_id, m.acct, m.sub, cury[m.tax_id], base[m.tax_id], m.descr) for m in members)
    return tuple(postings)


class Taxes:
    """Resolves the taxes of documents against the books; what does not depend on amounts is done once.

    ``side``: sales or purchase; ``taxes`` gives each tax with the account and sub of that side. ``group_difference``:
    by how many of the currency's smallest units an agency's amount may differ in SL's split of more than four taxes.
    """

    def __init__(
        self,
        taxes: BooksTaxes,
        codes: Mapping[int, TaxCode],
        check_account: CheckAccount,
        base_decimals: int,
        side: str = "sales",
        group_difference: int = 0,
    ) -> None:
        self._taxes = taxes
        self._codes = codes
        self._check_account = check_account
        self._base_decimals = base_decimals
        self._side = side
        self._group_difference = group_difference
        self._checked: dict[tuple[str, str], tuple[Problem, ...]] = {}

    def resolve(
        self, levels: Sequence[ExportTaxLevel], code_id: int, code_name: str, day: date, rate: RateUsed
    ) -> ResolvedTaxes:
        """Find the slots of a document. ``levels`` carry the document's own side (positive with its total)."""
        if not any(level.tax for level in levels) and not self._zero_rated(levels, code_id):
            return NO_TAXES
        code = self._codes.get(code_id)
        if code is None:
            return ResolvedTaxes(problems=(found("TAX-CODE", code_name or str(code_id or ""), code=code_name),))
        problems: list[Problem] = []
        agencies = self._agencies(levels, code, day, problems)
        if agencies is None:
            return ResolvedTaxes(problems=tuple(problems))
        if total(agency.cury_tax for agency in agencies) < 0:
            problems.append(found("TAX-NEGATIVE", code.identifier))
        carried = self._as_group(agencies, code, rate, problems)
        if carried is None:
            carried = [(a.tax, a.cury_tax, a.cury_taxable) for a in agencies if a.cury_tax or not a.tax.rate]
            if len(carried) > SLOTS:
                carried = self._rounded_group(agencies, code, len(carried), rate, problems)
                if carried is None:
                    return ResolvedTaxes(problems=tuple(problems))
        slots = tuple(self._slot(tax, amount, taxable, rate) for tax, amount, taxable in carried)
        return ResolvedTaxes(slots, tax_postings(slots, self._taxes, rate, self._base_decimals), tuple(problems))

    def _zero_rated(self, levels: Sequence[ExportTaxLevel], code_id: int) -> bool:
        """Whether a document without tax is zero-rated: its taxes are in SL with rate 0, so SL reports the sales."""
        code = self._codes.get(code_id)
        if code is None or not any(level.taxable for level in levels):
            return False
        agencies = {level.level: level.agency_xref for level in code.levels}
        rows = [self._taxes(agencies.get(level.level, "")) for level in levels if level.taxable]
        return all(row is not None and row.tax_type == "T" and not row.rate for row in rows)

    def _agencies(
        self, levels: Sequence[ExportTaxLevel], code: TaxCode, day: date, problems: list[Problem]
    ) -> list[AgencyTax] | None:
        """Add the levels up by agency, in the order of levels; None when a level has no usable SL tax."""
        by_level = {level.level: level for level in code.levels}
        sums: dict[str, list[ExportTaxLevel]] = {}
        rows: dict[str, SalesTax] = {}
        rates: dict[str, list[TaxCodeLevel]] = {}
        usable = True
        for level in levels:
            if not level.tax and not level.taxable:
                continue
            setup = by_level.get(level.level)
            agency = setup.agency_xref if setup else ""
            if setup is None or not agency:
                if level.tax:
                    problems.append(found("TAX-AGENCY", code.identifier, code=code.identifier, level=level.level))
                    usable = False
                continue
            row = self._taxes(agency)
            if row is None:
                if level.tax:
                    problems.append(found("TAX-MISSING", agency, tax=agency))
                    usable = False
                continue
            if setup.tax_code_xref and sl_key(setup.tax_code_xref) != sl_key(code.identifier):
                problems.append(found("TAX-XREF", setup.tax_code_xref, code=code.identifier, level=level.level))
            key = sl_key(agency)
            rows[key] = row
            sums.setdefault(key, []).append(level)
            rates.setdefault(key, []).append(setup)
        agencies = []
        for key, mine in sums.items():
            row = rows[key]
            amount = total(level.tax for level in mine)
            if amount or not row.rate:
                wrong = self._check_tax(row, problems)
                usable = usable and not wrong
                self._compare_rate(row, rates[key], day, code, problems)
            taxables = [level.taxable for level in mine]
            agencies.append(AgencyTax(row, amount, max(taxables, key=abs), len(set(taxables)) == 1))
        return agencies if usable else None

    def _check_tax(self, row: SalesTax, problems: list[Problem]) -> bool:
        """Check a single tax of SL; returns whether it can't be used at all."""
        key = ("T", sl_key(row.tax_id))
        known = self._checked.get(key)
        if known is None:
            mine: list[Problem] = []
            if row.tax_type != "T":
                mine.append(found("TAX-TYPE", row.tax_id, row.tax_type or "blank", tax=row.tax_id))
            if row.calc_type != "D":
                mine.append(found("TAX-CALC", row.tax_id, row.calc_type or "blank", tax=row.tax_id))
            if row.price_included != "N":
                mine.append(found("TAX-INCLUDED", row.tax_id, row.price_included or "blank", tax=row.tax_id))
            if not row.acct or not row.sub:
                mine.append(
                    found("TAX-ACCT", row.tax_id, f"{row.acct} {row.sub}".strip(), tax=row.tax_id, side=self._side)
                )
            else:
                mine.extend(self._check_account(row.acct, row.sub))
            if any(row.category_exceptions):
                mine.append(found("TAX-CATEGORY", row.tax_id, ", ".join(row.category_exceptions), tax=row.tax_id))
            known = self._checked[key] = tuple(mine)
        problems.extend(known)
        return row.tax_type != "T"

    @staticmethod
    def _compare_rate(
        row: SalesTax, levels: Sequence[TaxCodeLevel], day: date, code: TaxCode, problems: list[Problem]
    ) -> None:
        """Compare Manage's rate (a fraction) with SL's (percent); a flat amount can't be compared."""
        if any(level.rate_type.casefold() == "amount" for level in levels):
            problems.append(found("TAX-AMOUNT", code.identifier, tax=row.tax_id, code=code.identifier))
            return
        in_manage = total(level.rate for level in levels) * 100
        in_sl = rate_in_force(row, day)
        # Levels of one agency may add up to its rate, or each be its rate for another kind of sale.
        each = all(abs(level.rate * 100 - in_sl) < _SMALLEST_RATE for level in levels)
        if not each and abs(in_manage - in_sl) >= _SMALLEST_RATE:
            shown, held = f"{_plain(in_manage)} %", f"{_plain(in_sl)} %"
            problems.append(
                found("TAX-RATE", shown, held, tax=row.tax_id, code=code.identifier, in_manage_rate=shown, held=held)
            )

    def _as_group(
        self, agencies: Sequence[AgencyTax], code: TaxCode, rate: RateUsed, problems: list[Problem]
    ) -> list[tuple[SalesTax, Decimal, Decimal]] | None:
        """Return the group as the only tax of the document, or None when its members have to stand one by one."""
        group = self._taxes(code.identifier)
        if group is None or group.tax_type != "G":
            if len(agencies) > 1:
                problems.append(found("TAX-GROUP", code.identifier, code=code.identifier))
            return None
        if not _has_exactly(group, agencies) or not _one_taxable(agencies):
            return None
        amount = total(agency.cury_tax for agency in agencies)
        split = split_group(amount, [agency.tax for agency in agencies], rate.decimals)
        if any(split[agency.tax.tax_id] != agency.cury_tax for agency in agencies):
            return None
        return self._carry(group, agencies, problems)

    def _rounded_group(
        self, agencies: Sequence[AgencyTax], code: TaxCode, count: int, rate: RateUsed, problems: list[Problem]
    ) -> list[tuple[SalesTax, Decimal, Decimal]] | None:
        """Return the group for taxes that are too many to stand one by one, or None with the reason why not even so.

        The total is Manage's to the cent; a note tells of each agency what SL's release will post instead.
        """
        name = code.identifier
        if not _one_taxable(agencies):
            problems.append(found("TAX-TAXABLES", name, count=count, code=name))
            return None
        group = self._taxes(name)
        if group is None or group.tax_type != "G" or not _has_exactly(group, agencies):
            problems.append(found("TAX-TOO-MANY", name, count=count, code=name))
            return None
        amount = total(agency.cury_tax for agency in agencies)
        split = split_group(amount, [agency.tax for agency in agencies], rate.decimals)
        off = {a.tax.tax_id: split[a.tax.tax_id] - a.cury_tax for a in agencies if split[a.tax.tax_id] != a.cury_tax}
        most = max(map(abs, off.values()), default=ZERO)
        units = int(most.scaleb(rate.decimals))
        if units > self._group_difference:
            problems.append(
                found(
                    "TAX-SPLIT-FAR",
                    name,
                    count=count,
                    code=name,
                    most=most,
                    allowed=self._group_difference,
                    units=units,
                )
            )
            return None
        for agency in agencies:
            tax_id, posted = agency.tax.tax_id, split[agency.tax.tax_id]
            if tax_id in off:
                manage, in_sl = f"{agency.cury_tax}", f"{posted}"
                problems.append(found("TAX-SPLIT", manage, in_sl, tax=tax_id, code=name, manage=manage, posted=in_sl))
        return self._carry(group, agencies, problems)

    def _carry(
        self, group: SalesTax, agencies: Sequence[AgencyTax], problems: list[Problem]
    ) -> list[tuple[SalesTax, Decimal, Decimal]]:
        """Check the group and the members without an amount, and let it stand for all agencies."""
        key = ("G", sl_key(group.tax_id))
        if key not in self._checked:
            wrong = []
            if group.price_included != "N":
                wrong.append(found("TAX-INCLUDED", group.tax_id, group.price_included or "blank", tax=group.tax_id))
            if group.calc_type not in ("", "D"):
                wrong.append(found("TAX-CALC", group.tax_id, group.calc_type, tax=group.tax_id))
            self._checked[key] = tuple(wrong)
        problems.extend(self._checked[key])
        for agency in agencies:
            if not agency.cury_tax and agency.tax.rate:
                self._check_tax(agency.tax, problems)
        amount = total(agency.cury_tax for agency in agencies)
        return [(group, amount, agencies[0].cury_taxable)]

    def _slot(self, tax: SalesTax, amount: Decimal, taxable: Decimal, rate: RateUsed) -> TaxSlot:
        return TaxSlot(
            tax.tax_id,
            amount,
            taxable,
            to_base(amount, rate.rate, rate.mult_div, self._base_decimals),
            to_base(taxable, rate.rate, rate.mult_div, self._base_decimals),
        )


class TaxAccounts:
    """Compares Manage's tax accounts with those that SL posts; each account text is taken apart once."""

    def __init__(self, split: Callable[[str], AccountText]) -> None:
        self._split = split
        self._taken: dict[str, tuple[str, str]] = {}

    def differing(self, texts: Iterable[str], postings: Sequence[TaxPosting]) -> Iterable[Problem]:
        """Note Manage's tax accounts that none of SL's taxes has (only compared with a sub when Manage gives one)."""
        if not postings:
            return
        with_sub = {(sl_key(posting.acct), sl_key(posting.sub)) for posting in postings}
        accounts = {acct for acct, _ in with_sub}
        for text in texts:
            taken = self._taken.get(text)
            if taken is None:
                split = self._split(text)
                taken = self._taken[text] = (sl_key(split.acct), sl_key(split.sub))
            if taken[0] not in accounts or (taken[1] and taken not in with_sub):
                held = ", ".join(sorted({f"{p.acct} {p.sub}".strip() for p in postings}))
                yield found("TAX-ACCT-DIFF", text, held, text=text, held=held)


def _has_exactly(group: SalesTax, agencies: Sequence[AgencyTax]) -> bool:
    """Whether an SL group has the agencies of a document as its members, no more and no fewer."""
    return {sl_key(member) for member in group.members} == {sl_key(agency.tax.tax_id) for agency in agencies}


def _one_taxable(agencies: Sequence[AgencyTax]) -> bool:
    """Whether all taxes are on the same amount: a group has one (SL: ARDoc.TxblTot00)."""
    return len({agency.cury_taxable for agency in agencies}) == 1 and all(agency.one_taxable for agency in agencies)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
