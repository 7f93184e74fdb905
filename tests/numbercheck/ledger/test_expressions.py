"""The expressions of the ledger: what they select, and what they refuse to be."""

import ast
import itertools
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numbercheck.ledger.expressions import Expression, ExpressionError
from numbercheck.ledger.kleene import Masked

ROWS = list(itertools.product((True, False, None), repeat=3))  # every state of three columns
COLUMNS = {
    name: Masked(
        np.array([bool(row[at]) for row in ROWS]), np.array([row[at] is not None for row in ROWS])
    )
    for at, name in enumerate("abc")
}
PATIENTS = {
    "age": Masked(np.array([15, 42, 65, 0]), np.array([True, True, True, False])),
    "response": Masked(np.array(["CR", "NR", "", "CRi"]), np.array([True, True, False, True])),
}


def selected(text, columns=PATIENTS):
    """List the rows that an expression selects."""
    n = len(next(iter(columns.values())).values)
    return np.flatnonzero(Expression(text).select(columns, n)).tolist()


def kleene(node, row):
    """Evaluate one row by Kleene's tables, with None for the third value."""
    match node:
        case ast.Name(id=name):
            return row["abc".index(name)]
        case ast.UnaryOp(operand=operand):
            value = kleene(operand, row)
            return None if value is None else not value
        case ast.BoolOp(op=ast.And(), values=values):
            parts = [kleene(value, row) for value in values]
            return False if False in parts else None if None in parts else True
        case ast.BoolOp(values=values):
            parts = [kleene(value, row) for value in values]
            return True if True in parts else None if None in parts else False
        case ast.Compare(left=left, comparators=[right]):
            parts = [kleene(left, row), kleene(right, row)]
            return None if None in parts else parts[0] == parts[1]
    raise AssertionError(ast.dump(node))


LOGIC = st.recursive(
    st.sampled_from(["a", "b", "c"]),
    lambda inner: st.one_of(
        inner.map("(not {})".format),
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: f"({' and '.join(parts)})"),
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: f"({' or '.join(parts)})"),
        st.tuples(inner, inner).map("({0[0]} == {0[1]})".format),
    ),
    max_leaves=8,
)


@given(LOGIC)
def test_three_valued_logic_is_kleenes(text):
    """Kleene (1952), section 64: all 27 rows of known, unknown and missing, by brute force."""
    tree = ast.parse(text, mode="eval").body
    truth = [kleene(tree, row) for row in ROWS]

    _, known = Expression(text).evaluate(COLUMNS)
    assert np.broadcast_to(known, len(ROWS)).tolist() == [value is not None for value in truth]
    assert selected(text, COLUMNS) == [at for at, value in enumerate(truth) if value]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", [0, 1, 2, 3]),
        ("age >= 42", [1, 2]),
        ("not age >= 42", [0]),
        ("age != 42", [0, 2]),
        ("15 < age <= 65", [1, 2]),
        ("age - 15 == 2 * 25", [2]),
        ("-age < -15", [1, 2]),
        ('response in ["CR", "CRi"]', [0, 3]),
        ('response not in ["CR", "CRi"]', [1]),
        ('not (response == "NR")', [0, 3]),
        ('response == "NR" or age == 65', [1, 2]),
        ("age in []", []),
    ],
)
def test_a_missing_operand_is_never_selected(text, rows):
    """Neither an expression nor its opposite selects whoever is not evaluable."""
    assert selected(text) == rows


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "age.__class__.__mro__",
        "().__class__",
        "open('x')",
        "(lambda: age)()",
        "f'{age}'",
        "[x for x in age]",
        "{age: 1}",
        "age[0]",
        "age if response else 1",
        "(age := 1)",
        "age ** 9 ** 9",
        "age // 0",
        "age / 0",
        "age << 99",
        "~age",
        "age is 1",
        "await age",
        "*age",
        "age; age",
        "import os",
        "age =",
        "age == None",
        "age == ...",
        "age == 1j",
        "response == b'CR'",
        "[1, 2]",
        "age, response",
        "age in age",
        "age in 'CR'",
        "age == [1]",
        "age in [[1]]",
        "age in [response]",
        "age in [-'CR']",
        "\x00",
        "age == 1 " + "or age == 1 " * 1000,  # more than 10,000 characters
        "not " * 400 + "age",
        "-" * 1900 + "1",
        "1 + " * 450 + "1",
        "(" * 5000 + "age" + ")" * 5000,
        "age" + ".age" * 400,
    ],
    ids=lambda text: text[:24],
)
def test_what_is_not_of_the_grammar_is_refused(text):
    """Nothing is evaluated as code, and nothing exhausts the parser or whoever walks the tree."""
    with pytest.raises(ExpressionError):
        Expression(text)


@settings(max_examples=300)
@given(st.text(alphabet="ab01 .,'\"()[]=<>!+-*/%~@:;{}\\\nnotinadr_", max_size=60))
def test_any_text_is_an_expression_or_refused(text):
    """Fuzzing raises nothing but the one error that callers expect."""
    with suppress(ExpressionError):
        expression = Expression(text)
        expression.require(COLUMNS)
        expression.select(COLUMNS, len(ROWS))


def test_the_names_of_an_expression_are_those_it_reads():
    """A dotted name is one name; a quoted text is none."""
    assert Expression('follow_up.p25 * month <= os_time and sex == "F"').names == (
        "follow_up.p25",
        "month",
        "os_time",
        "sex",
    )


def test_an_unknown_column_gets_the_nearest_real_one():
    """A typing error costs one glance."""
    with pytest.raises(ExpressionError, match=r"'agee'; did you mean age\?"):
        Expression("agee > 3").require(PATIENTS)


@pytest.mark.parametrize("text", ["response == 1", "response < 5", "age + response == 1"])
def test_a_text_is_not_compared_with_a_number(text):
    """Said in words, not as numpy's error."""
    with pytest.raises(ExpressionError, match="a text and a number"):
        selected(text)


@pytest.mark.parametrize(
    "text", ['response == "Cr"', '"Cr" != response', 'response in ["CR", "CRI"]', "response == 1"]
)
def test_a_code_that_the_column_never_has_is_refused(text):
    """A mistyped code would select nobody, and nobody would notice."""
    with pytest.raises(ExpressionError, match=r"response is never .*; it has 'CR' 'CRi' 'NR'"):
        Expression(text).fit({"response": ("CR", "CRi", "NR")})


def test_a_number_within_or_beyond_the_domain_may_be_asked_for():
    """Grade 4 is asked for although the reconstructed grades stop at 3."""
    domains = {"grade": (0, 1, 3), "response": ("CR", "NR")}

    Expression('grade in [3, 4] and response == "CR"').fit(domains)
    with pytest.raises(ExpressionError, match="it has numbers"):
        Expression('grade == "3"').fit(domains)


@pytest.mark.parametrize(
    ("text", "patient", "holds"),
    [
        ("(not (a)) == (b)", {"a": True, "b": False}, True),
        ("b == (not a)", {"a": True, "b": True}, False),
        ("age == -age", {"age": 0}, True),
    ],
)
def test_a_negated_name_is_no_value_that_a_column_lacks(text, patient, holds):
    """Only a number behind a minus sign is one; a list was asked for in its place."""
    expression = Expression(text)
    expression.fit({"a": (False, True), "b": (False, True), "age": (0, 1)})

    assert expression.truth(patient) == holds
