"""The GL transactions that SL's release made, against the journal of the preview."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from xlpy.domain.preview.at_release import MadeLine, differences, unbalanced
from xlpy.domain.preview.rows import MADE_AT_RELEASE, WRITTEN, JournalRow

D = Decimal


def row(account: str, *, debit: str = "", credit: str = "", base: str = "", source: str = WRITTEN) -> JournalRow:
    """A line of an invoice; ``base`` where the document is in another currency."""
    on_debit = bool(debit)
    amount = D(debit or credit)
    in_base = D(base) if base else amount
    return JournalRow(
        source=source,
        batch_number=1,
        module="AR",
        document="AR1-1",
        doc_type="IN",
        reference="501",
        doc_date=None,
        due_date=None,
        period="202610",
        terms="30",
        party="ACME01",
        vendor_invoice="",
        account=account,
        sub="00000",
        debit=amount if on_debit else None,
        credit=None if on_debit else amount,
        currency="USD",
        base_debit=in_base if on_debit else None,
        base_credit=None if on_debit else in_base,
        tax_id="",
        description="",
        transaction="501",
    )


def made(reference: str, account: str, debit: str = "0", credit: str = "0") -> MadeLine:
    return MadeLine(reference, account, "00000", D(debit), D(credit), D(debit), D(credit))


INVOICE = (
    row("4000", credit="100.00"),
    row("2200", credit="6.00", source=MADE_AT_RELEASE),
    row("1100", debit="106.00", source=MADE_AT_RELEASE),
)
AS_PREVIEWED = (made("501", "4000", "0", "100"), made("501", "2200", "0", "6"), made("501", "1100", "106"))


def of(reference: str) -> list[tuple[str, JournalRow]]:
    return [(reference, one) for one in INVOICE]


def test_equal_lines_have_no_difference_in_any_order_split_or_case() -> None:
    split = (made("501", "4000", "0", "60"), made("501 ", "4000", "0", "40"), *reversed(AS_PREVIEWED[1:]))
    assert differences(of("501"), split) == ()


def test_noise_of_floats_is_no_difference_and_a_cent_is() -> None:
    noisy = replace(AS_PREVIEWED[1], credit=D("6.0000000001"))
    assert differences(of("501"), (AS_PREVIEWED[0], noisy, AS_PREVIEWED[2])) == ()
    cent = replace(AS_PREVIEWED[1], credit=D("6.01"))
    (found,) = differences(of("501"), (AS_PREVIEWED[0], cent, AS_PREVIEWED[2]))
    assert (found.reference, found.acct, found.previewed, found.made) == ("501", "2200", D(-6), D("-6.01"))
    assert found.text == "Account 2200:00000: SL makes 6.01 credit, the preview says 6.00 credit"


def test_another_account_is_two_differences() -> None:
    moved = (AS_PREVIEWED[0], replace(AS_PREVIEWED[1], acct="2210"), AS_PREVIEWED[2])
    texts = [one.text for one in differences(of("501"), moved)]
    assert texts == [
        "Account 2200:00000: SL makes nothing, the preview says 6.00 credit",
        "Account 2210:00000: SL makes 6.00 credit, the preview says nothing",
    ]


def test_a_difference_in_the_documents_currency_alone_is_told() -> None:
    foreign = replace(AS_PREVIEWED[1], cury_credit=D("5.99"))
    (found,) = differences(of("501"), (AS_PREVIEWED[0], foreign, AS_PREVIEWED[2]))
    assert found.text == "Account 2200:00000: +0.01 in the document's currency against the preview"


def test_amounts_that_went_to_the_wrong_document_are_told() -> None:
    """Two invoices whose control lines were swapped: the batch agrees, the documents do not."""
    both = of("501") + [("502", replace(one, account=one.account)) for one in INVOICE]
    second = [replace(one, reference="502") for one in AS_PREVIEWED]
    assert differences(both, (*AS_PREVIEWED, *second)) == ()
    wrong = (AS_PREVIEWED[0], AS_PREVIEWED[1], replace(AS_PREVIEWED[2], debit=D(100), cury_debit=D(100)))
    other = (second[0], second[1], replace(second[2], debit=D(112), cury_debit=D(112)))
    assert {one.reference for one in differences(both, (*wrong, *other))} == {"501", "502"}


def test_where_sl_posts_in_summary_the_batch_is_compared_as_a_whole() -> None:
    """SL's lines name no document then (GLPostOpt S, Account.SummPost)."""
    both = of("501") + of("502")
    summed = (made("", "4000", "0", "200"), made("", "2200", "0", "12"), made("", "1100", "212"))
    assert differences(both, summed) == ()
    (found,) = differences(both, (summed[0], replace(summed[1], credit=D("12.01")), summed[2]))
    assert (found.reference, found.acct) == ("", "2200")


def test_debits_and_credits_of_a_batch_are_compared() -> None:
    assert unbalanced(AS_PREVIEWED) == 0
    assert unbalanced((*AS_PREVIEWED, made("501", "6100", "0.01"))) == D("0.01")
