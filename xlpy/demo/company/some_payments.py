"""What the customers of the demo do with their invoices: most pay, some only in part, one check bounces."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from sqlalchemy import Engine

from xlpy.demo.company.payments import bounce, pay, pay_several, write_off
from xlpy.demo.company.release.books import Books, Row, same
from xlpy.domain.values.money import round_money, total

_SMALL_BALANCE = Decimal("0.45")
_PART = Decimal("0.4")
_DISCOUNT = Decimal("0.02")  # of an invoice whose terms give none


def pay_some(engine: Engine, *, share: Decimal, on: date) -> list[str]:
    """Pay a share (0 to 1) of the released open invoices (IN) in various ways, released and posted, one line each.

    The same company pays the same way every time: in full, in part, with a discount taken, but for a small balance
    that is written off, two invoices with one check, and with a check that bounces.
    """
    waiting = _chosen(_open_invoices(engine), share)
    words: list[str] = []
    while waiting:
        done = len(words)  # only one check bounces
        way = _FIRST_WAYS[done] if done < len(_FIRST_WAYS) else _FURTHER_WAYS[done % len(_FURTHER_WAYS)]
        words.append(way(engine, waiting.pop(0), waiting, on))
    return words


def _open_invoices(engine: Engine) -> list[Row]:
    with engine.connect() as connection:
        invoices = Books(connection).rows("ARDoc", DocType="IN", Rlsed=1, OpenDoc=1)
    return sorted((each for each in invoices if each["CuryDocBal"] > 0), key=lambda each: str(each["RefNbr"]))


def _chosen(invoices: list[Row], share: Decimal) -> list[Row]:
    """Spread the share evenly over the invoices: of two thirds, every third one stays open."""

    def paid_up_to(count: int) -> Decimal:
        return (count * share).to_integral_value(ROUND_FLOOR)

    return [each for index, each in enumerate(invoices) if paid_up_to(index + 1) > paid_up_to(index)]


def _in_full(engine: Engine, invoice: Row, _others: list[Row], on: date) -> str:
    pay(engine, invoice["RefNbr"], invoice["CuryDocBal"], on=on, post=True)
    return f"{_name(invoice)}: {_money(invoice, invoice['CuryDocBal'])} paid in full."


def _in_part(engine: Engine, invoice: Row, _others: list[Row], on: date) -> str:
    amount = round_money(invoice["CuryDocBal"] * _PART, 0) or invoice["CuryDocBal"]
    pay(engine, invoice["RefNbr"], amount, on=on, post=True)
    return f"{_name(invoice)}: {_money(invoice, amount)} of {_money(invoice, invoice['CuryDocBal'])} paid."


def _with_discount(engine: Engine, invoice: Row, _others: list[Row], on: date) -> str:
    discount = invoice["CuryDiscBal"] or round_money(invoice["CuryDocBal"] * _DISCOUNT, 0)
    amount = invoice["CuryDocBal"] - discount
    pay(engine, invoice["RefNbr"], amount, on=on, discount=discount, post=True)
    return f"{_name(invoice)}: {_money(invoice, amount)} paid, {_money(invoice, discount)} discount taken."


def _but_for_a_small_balance(engine: Engine, invoice: Row, others: list[Row], on: date) -> str:
    if invoice["CuryDocBal"] < 10 * _SMALL_BALANCE or invoice["CuryDocBal"] % 1 == 0:  # no cents to leave out
        return _in_full(engine, invoice, others, on)
    amount = invoice["CuryDocBal"] - _SMALL_BALANCE
    pay(engine, invoice["RefNbr"], amount, on=on, post=True)
    write_off(engine, invoice["RefNbr"], _SMALL_BALANCE, on=on, post=True)
    return f"{_name(invoice)}: {_money(invoice, amount)} paid, {_money(invoice, _SMALL_BALANCE)} written off."


def _two_with_one_check(engine: Engine, invoice: Row, others: list[Row], on: date) -> str:
    second = next((each for each in others if _of_one_customer(invoice, each)), None)
    if second is None:
        return _in_full(engine, invoice, others, on)
    others.remove(second)
    both = {each["RefNbr"]: each["CuryDocBal"] for each in (invoice, second)}
    pay_several(engine, both, on=on, post=True)
    amount = total(both.values())
    return f"{_name(invoice)} and invoice {second['RefNbr']}: {_money(invoice, amount)} paid in full with one check."


def _with_a_check_that_bounces(engine: Engine, invoice: Row, _others: list[Row], on: date) -> str:
    paid = pay(engine, invoice["RefNbr"], invoice["CuryDocBal"], on=on, post=True)
    bounce(engine, paid.ref_nbr, on=on, post=True)
    return f"{_name(invoice)}: {_money(invoice, invoice['CuryDocBal'])} paid, but the check bounced."


_Way = Callable[[Engine, Row, list[Row], date], str]
_FIRST_WAYS: tuple[_Way, ...] = (
    _in_full,
    _in_part,
    _two_with_one_check,
    _with_discount,
    _with_a_check_that_bounces,
    _but_for_a_small_balance,
)
_FURTHER_WAYS: tuple[_Way, ...] = (
    _in_full,
    _two_with_one_check,
    _in_part,
    _in_full,
    _with_discount,
    _but_for_a_small_balance,
)


def _of_one_customer(invoice: Row, other: Row) -> bool:
    return same(invoice["CustId"], other["CustId"]) and same(invoice["CuryId"], other["CuryId"])


def _name(invoice: Row) -> str:
    return f"Invoice {invoice['RefNbr']} ({invoice['CustId']})"


def _money(invoice: Row, amount: Decimal) -> str:
    return f"{amount:,.2f} {invoice['CuryId']}"
