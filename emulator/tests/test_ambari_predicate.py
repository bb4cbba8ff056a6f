"""The language of Ambari's predicates."""

import pytest

from emulator.ambari.errors import AmbariError
from emulator.ambari.query.predicate import parse

RESOURCE = {"a/name": "wn0", "a/id": 7, "a/stale": True, "a/part": 35.0, "a/empty": []}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("a/name=wn0", True),
        ("a/name=wn1", False),
        ("a/name!=wn1", True),
        ("a/none=1", False),
        ("a/none!=1", True),
        ("a/id=7", True),
        ("a/id>6&a/id<8", True),
        ("a/id>=7&a/id<=7", True),
        ("a/id>7", False),
        ("a/part<100", True),
        ("a/name>wm", True),
        ("a/none<1", False),
        ("a/stale=true", True),
        ("a/stale=True", False),
        ("a/name.in(wn1,wn0)", True),
        ("a/id.in(1,7)", True),
        ("a/id.in(1,2)", False),
        ("a/name.matches(w.*)", True),
        ("a/name.matches(n.*)", False),
        ("a/name.matches((x|w)n(0))", True),
        ("a/empty.isEmpty()", True),
        ("a/name.isEmpty()", False),
        ("!a/name=wn0", False),
        ("!a/name=wn1&a/id=1", False),
        ("!(a/name=wn1&a/id=7)", True),
        ("a/name=wn1&a/id=1|a/id=7", True),
        ("a/id=7|a/name=wn1&a/id=1", True),
        ("a/id=7&(a/name=wn1|a/id=1)", False),
    ],
)
def test_what_holds(text: str, holds: bool) -> None:
    assert parse(text).matches(RESOURCE.get) is holds


@pytest.mark.parametrize("text", ["a=1)", "(a=1", "a", "a=1&", "a=1&|b=2", "a.in(1", "=1", "a=1(b)"])
def test_what_can_not_be_read(text: str) -> None:
    with pytest.raises(AmbariError, match="Unable to compile query predicate") as refused:
        parse(text)
    assert refused.value.status == 400


def test_a_number_is_compared_with_a_number_only() -> None:
    with pytest.raises(AmbariError, match='For input string: "x"'):
        parse("a/id=x").matches(RESOURCE.get)


def test_comparisons_know_whether_they_are_negated() -> None:
    found = parse("a=1&!(b.in(2,3)|!c=4)").comparisons()
    assert [(item.property, positive) for item, positive in found] == [("a", True), ("b", False), ("c", True)]
