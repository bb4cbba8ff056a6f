"""Ambari's query predicates: `HostRoles/stale_configs=true&(Requests/id>4|tasks/Tasks/status.in(A,B))`.

`!` binds tighter than `&`, `&` tighter than `|` (api/predicate/QueryParser.java of Ambari 2.7.3).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from emulator.ambari.errors import AmbariError

ValueOf = Callable[[str], object]
"""Returns the value of a resource's property by its id, None when the resource doesn't have it."""


@dataclass(frozen=True)
class Comparison:
    """A comparison of one property with one or more values."""

    property: str
    operator: str
    values: tuple[str, ...]

    def matches(self, value_of: ValueOf) -> bool:
        actual = value_of(self.property)
        match self.operator:
            case "=":
                return _equal(actual, self.values[0])
            case "!=":
                return not _equal(actual, self.values[0])
            case "in":
                return any(_equal(actual, value) for value in self.values)
            case "matches":
                return actual is not None and re.fullmatch(self.values[0], _text(actual)) is not None
            case "isEmpty":
                return not actual
        return actual is not None and _ordered(actual, self.operator, self.values[0])

    def comparisons(self) -> Iterator[tuple["Comparison", bool]]:
        yield self, True


@dataclass(frozen=True)
class Not:
    """The negation of a predicate."""

    inner: "Predicate"

    def matches(self, value_of: ValueOf) -> bool:
        return not self.inner.matches(value_of)

    def comparisons(self) -> Iterator[tuple[Comparison, bool]]:
        for comparison, positive in self.inner.comparisons():
            yield comparison, not positive


@dataclass(frozen=True)
class Group:
    """The conjunction (`all_of`) or disjunction of predicates."""

    all_of: bool
    members: tuple["Predicate", ...]

    def matches(self, value_of: ValueOf) -> bool:
        results = (member.matches(value_of) for member in self.members)
        return all(results) if self.all_of else any(results)

    def comparisons(self) -> Iterator[tuple[Comparison, bool]]:
        for member in self.members:
            yield from member.comparisons()


Predicate = Comparison | Not | Group
"""Each has `matches(value_of)`, and `comparisons()`: every comparison in it, and whether it is positive."""


def parse(text: str) -> Predicate:
    """Parses a predicate. Raises AmbariError 400 where Ambari can't compile it."""
    parser = _Parser(text)
    result = parser.disjunction()
    parser.expect_end()
    return result


_NAME = re.compile(r"[^()&|!=<>]+")
_OPERATOR = re.compile(r"!=|<=|>=|=|<|>")
_VALUE = re.compile(r"[^()&|]*")
_FUNCTION = re.compile(r"(.+)\.(in|matches|isEmpty)$")


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def disjunction(self) -> Predicate:
        members = [self._conjunction()]
        while self._take("|"):
            members.append(self._conjunction())
        return members[0] if len(members) == 1 else Group(False, tuple(members))

    def expect_end(self) -> None:
        if self._at < len(self._text):
            raise _malformed("mismatched parentheses." if self._peek() in "()" else self._text[self._at :])

    def _conjunction(self) -> Predicate:
        members = [self._operand()]
        while self._take("&"):
            members.append(self._operand())
        return members[0] if len(members) == 1 else Group(True, tuple(members))

    def _operand(self) -> Predicate:
        if self._take("!"):
            return Not(self._operand())
        if self._take("("):
            inner = self.disjunction()
            if not self._take(")"):
                raise _malformed("mismatched parentheses.")
            return inner
        return self._comparison()

    def _comparison(self) -> Comparison:
        name = self._match(_NAME)
        function = _FUNCTION.match(name)
        if function and self._peek() == "(":
            arguments = self._arguments()
            values = tuple(arguments.split(",")) if function[2] == "in" else (arguments,)
            return Comparison(function[1], function[2], values)
        return Comparison(name, self._match(_OPERATOR), (self._match(_VALUE),))

    def _arguments(self) -> str:
        depth = 0
        for position in range(self._at, len(self._text)):
            depth += {"(": 1, ")": -1}.get(self._text[position], 0)
            if depth == 0:
                arguments = self._text[self._at + 1 : position]
                self._at = position + 1
                return arguments
        raise _malformed("mismatched parentheses.")

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if not found:
            raise _malformed(f"unexpected token {self._text[self._at :]!r}.")
        self._at = found.end()
        return found[0]

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self, character: str) -> bool:
        taken = self._peek() == character
        self._at += taken
        return taken


def _malformed(message: str) -> AmbariError:
    return AmbariError(400, f"Unable to compile query predicate: Invalid query string: {message}")


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _equal(actual: object, wanted: str) -> bool:
    if actual is None:
        return False
    if isinstance(actual, int | float) and not isinstance(actual, bool):
        return _number(wanted) == actual
    return _text(actual) == wanted


def _ordered(actual: object, operator: str, wanted: str) -> bool:
    if isinstance(actual, int | float) and not isinstance(actual, bool):
        left, right = float(actual), _number(wanted)
        return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]
    text = _text(actual)
    return {"<": text < wanted, "<=": text <= wanted, ">": text > wanted, ">=": text >= wanted}[operator]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise AmbariError(400, f'Invalid Request: For input string: "{text}"') from None
