"""The conditions language: what it lets through is what Python's own comparison lets through."""

from __future__ import annotations

import operator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlpy.demo.site.door.answers import Refusal
from xlpy.demo.site.door.conditions import read_conditions
from xlpy.demo.site.door.schemas import schema_names

OPERATORS = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
NAMES = ("Acme", "acme", "Muñoz", "Bay, Dental", "and", "(x)", "50%", "")
TEXTS = st.sampled_from(NAMES)
NUMBERS = st.decimals(-50, 50, places=2) | st.integers(-5, 5).map(Decimal)
EPOCH = datetime(2026, 10, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 5).map(lambda days: EPOCH + timedelta(days=days))


def written_moment(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


COMPANIES = st.fixed_dictionaries(
    {"id": st.integers(1, 9), "name": TEXTS},
    optional={
        "creditLimit": NUMBERS | st.none(),
        "deletedFlag": st.booleans(),
        "dateAcquired": MOMENTS.map(written_moment),
        "country": st.fixed_dictionaries({"id": st.integers(1, 3)}, optional={"identifier": TEXTS}),
        "types": st.lists(st.fixed_dictionaries({"id": st.integers(1, 3)}), max_size=2),
    },
)


def value_at(record, path):
    for name in path.split("/"):
        record = None if record is None else record.get(name)
    return record


def folded(value):
    return value.casefold() if isinstance(value, str) else value


@st.composite
def comparisons(draw):
    """A comparison as text, and the same as a Python function."""
    path, kind = draw(
        st.sampled_from(
            [
                ("id", "number"),
                ("creditLimit", "number"),
                ("name", "text"),
                ("country/identifier", "text"),
                ("country/id", "number"),
                ("deletedFlag", "truth"),
                ("dateAcquired", "moment"),
            ]
        )
    )
    written = {"name": "NAME", "country/id": "Country/ID"}.get(path, path) if draw(st.booleans()) else path
    quote = draw(st.sampled_from("\"'"))
    forms = {"number": str, "text": lambda v: f"{quote}{v}{quote}", "truth": lambda v: str(v).lower()}
    forms["moment"] = lambda v: f"[{written_moment(v)}]"
    values = {"number": NUMBERS, "text": TEXTS, "truth": st.booleans(), "moment": MOMENTS}[kind]
    write = forms[kind]

    def given_value(record):
        value = value_at(record, path)
        if value is not None and kind == "moment":
            return datetime.fromisoformat(value)
        return folded(value)

    how = draw(st.sampled_from(["compare", "null", "in", *(["like", "contains"] if kind == "text" else [])]))
    negated = draw(st.booleans())
    no = "not " if negated else ""
    if how == "null":
        sign = "!=" if negated else "="
        return f"{written} {sign} null", lambda r: (given_value(r) is None) != negated
    if how == "in":
        wanted = draw(st.lists(values, min_size=1, max_size=3))
        text = f"{written} {no}in ({', '.join(write(v) for v in wanted)})"
        members = {folded(v) for v in wanted}
        return text, lambda r: given_value(r) is not None and (given_value(r) in members) != negated
    wanted = folded(draw(values))
    if how == "contains":
        return (
            f"{written} {no}contains {write(wanted)}",
            lambda r: given_value(r) is not None and (wanted in given_value(r)) != negated,
        )
    if how == "like":
        stem = wanted.replace("%", "")
        front, back = draw(st.sampled_from([("", ""), ("%", ""), ("", "%"), ("%", "%")]))
        test = {("", ""): str.__eq__, ("%", ""): str.endswith, ("", "%"): str.startswith}.get(
            (front, back), str.__contains__
        )
        return (
            f"{written} {no}LIKE {write(front + stem + back)}",
            lambda r: given_value(r) is not None and (test(given_value(r), stem)) != negated,
        )
    sign = draw(st.sampled_from(["=", "!="] if kind == "truth" else sorted(OPERATORS)))
    spaces = draw(st.sampled_from(["", " "]))
    return (
        f"{written}{spaces}{sign}{spaces}{write(wanted)}",
        lambda r: given_value(r) is not None and OPERATORS[sign](given_value(r), wanted),
    )


def joined(parts):
    def join(word, all_or_any):
        return lambda pair: (
            f"({pair[0][0]}) {word} {pair[1][0]}",
            lambda r: all_or_any([pair[0][1](r), pair[1][1](r)]),
        )

    pairs = st.tuples(parts, comparisons())
    return pairs.map(join("and", all)) | pairs.map(join("OR", any)) | parts.map(lambda p: (f"( {p[0]} )", p[1]))


@given(st.recursive(comparisons(), joined, max_leaves=4), st.lists(COMPANIES, max_size=6))
def test_the_filter_lets_through_what_python_would(condition, records):
    text, expected = condition
    passes = read_conditions(text, "Company")
    assert [passes(record) for record in records] == [expected(record) for record in records]


@given(st.text(max_size=30))
def test_any_text_is_either_understood_or_refused_with_400(text):
    status = 200
    try:
        read_conditions(text, "Company")({"id": 1})
    except Refusal as refusal:
        status = refusal.status
    assert status in (200, 400)


def test_and_binds_stronger_than_or():
    passes = read_conditions('id = 1 or id = 2 and name = "x"', "Company")
    assert passes({"id": 1, "name": "y"})
    assert not passes({"id": 2, "name": "y"})


def test_child_conditions_pass_when_any_element_does():
    passes = read_conditions("types/id = 6", "Company", child=True)
    assert passes({"types": [{"id": 5}, {"id": 6}]})
    assert not passes({"types": [{"id": 5}]})
    assert not passes({})


def test_a_quote_in_a_text_is_escaped_with_a_backslash():
    assert read_conditions(r'name = "12\" rack"', "Company")({"name": '12" rack'})


def test_dates_compare_as_moments():
    passes = read_conditions("date >= [2026-10-15T00:00:00Z]", "Invoice")
    assert passes({"date": "2026-10-15T00:00:00Z"})
    assert not passes({"date": "2026-10-14T00:00:00Z"})


@pytest.mark.parametrize(
    "text",
    [
        "name",
        "name =",
        "name = ",
        'name = "x',
        '= "x"',
        "name = Acme",
        'name == "x"',
        '(name = "x"',
        'name = "x")',
        'name = "x" and',
        'name = "x" name = "y"',
        "id in ()",
        "id in (1",
        "id in 1",
        "id in (1,)",
        'id = "5"',
        "name = 5",
        "name < true",
        "deletedFlag > true",
        "id like 5",
        "id not 5",
        "id < null",
        'shoeSize = "44"',
        'country/shoeSize = "44"',
        'country = "US"',
        "types/id = 1",
        'dateAcquired >= "2026-01-31T00:00:00Z"',
        "dateAcquired >= [yesterday]",
        "id = 1; drop",
    ],
)
def test_what_is_not_the_language_is_refused(text):
    with pytest.raises(Refusal) as refused:
        read_conditions(text, "Company")
    assert refused.value.status == 400


def test_dates_of_unposted_rows_are_plain_texts_and_cannot_be_filtered_as_dates():
    with pytest.raises(Refusal):
        read_conditions("invoiceDate <= [2026-10-31T00:00:00Z]", "UnpostedInvoice")


def test_over_the_wire_a_refusal_has_the_shape_of_manages_errors(caller):
    answer = caller.refusal("GET", "/company/companies", 400, params={"conditions": "name = Acme"})
    assert answer["code"] == "InvalidConditions"
    assert "name = Acme" in answer["message"]
    caller.refusal("GET", "/company/companies", 400, params={"customFieldConditions": 'caption="x"'})


def test_over_the_wire_the_documented_examples_work(caller):
    def count(path, conditions):
        return caller.get(f"{path}/count", conditions=conditions)["count"]

    assert count("/company/companies", 'identifier in ("Acme","BayDental")') == 2
    assert count("/company/companies", 'country/identifier != "US" and accountNumber like "%e"') == 2
    assert count("/finance/accounting/unpostedinvoices", "billingLogId in (4401,4402,1)") == 2
    assert count("/finance/taxCodes", "effectiveDate < [2026-01-31T00:00:00Z] and (id = 11 or id = 12)") == 2
    assert "GLExport" in schema_names()
