"""Parses the query string of a GET: fields, predicate, paging, sorting.

Source: api/services/BaseRequest.java and api/predicate/QueryLexer.java of Ambari 2.7.3.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from emulator.ambari.errors import AmbariError, NotModelledError
from emulator.ambari.query import predicate as predicates
from emulator.ambari.query.predicate import Predicate

_IGNORED = ("doAs", "_")
_PADDING = "params/padding/"
_TEMPORAL = re.compile(r"(.+)\[([^\]]*)\]")


@dataclass(frozen=True)
class Query:
    """A parsed query string."""

    fields: tuple[str, ...] = ()
    windows: tuple[tuple[str, str], ...] = ()
    """Temporal fields with their time windows, "from,to,step"."""
    predicate: Predicate | None = None
    page_size: int | None = None
    offset: int = 0
    to_end: bool = False
    sort: tuple[tuple[str, bool], ...] = ()
    """Properties to sort by, and whether in descending order."""
    minimal: bool = False
    padding: str | None = None
    """How gaps in series of metrics are filled: NONE, NULLS or ZEROS."""

    @property
    def predicate_properties(self) -> tuple[str, ...]:
        """The properties in the predicate, which are shown together with the fields."""
        if self.predicate is None:
            return ()
        return tuple(dict.fromkeys(item.property for item, _ in self.predicate.comparisons()))


def parse(text: str) -> Query:
    """Parses a query string that is percent-decoded already. Raises AmbariError 400."""
    settings: dict[str, str] = {}
    conditions: list[str] = []
    for segment in _split(text, "&"):
        name, _, value = segment.partition("=")
        if name in ("fields", "page_size", "from", "to", "sortBy", "minimal_response"):
            settings[name] = value
        elif name == "format":
            raise NotModelledError(f"query parameter {name}={value}")
        elif name not in _IGNORED and not name.startswith("params/") and segment:
            conditions.append(segment)
    items = _split(settings.get("fields", ""), ",", "[]")
    windows, fields = _fields(item for item in items if not item.startswith("params/"))
    paddings = [item.removeprefix(_PADDING) for item in items if item.startswith(_PADDING)]
    return Query(
        fields,
        windows,
        predicates.parse("&".join(conditions)) if conditions else None,
        _integer(settings["page_size"]) if "page_size" in settings else None,
        _integer(settings.get("from", "0")),
        _to_end(settings.get("to")),
        tuple(_sort(item) for item in settings.get("sortBy", "").split(",") if item),
        settings.get("minimal_response", "").lower() == "true",
        paddings[-1] if paddings else None,
    )


def _split(text: str, separator: str, brackets: str = "()") -> list[str]:
    """Splits at separators outside of brackets."""
    parts, depth, start = [], 0, 0
    for position, character in enumerate(text):
        depth += {brackets[0]: 1, brackets[1]: -1}.get(character, 0)
        if character == separator and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    return [*parts, text[start:]]


def _fields(items: Iterable[str]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    windows, fields = [], []
    for item in items:
        temporal = _TEMPORAL.fullmatch(item)
        if temporal:
            windows.append((temporal[1], temporal[2]))
        if item:
            fields.append(temporal[1] if temporal else item)
    return tuple(windows), tuple(fields)


def _sort(item: str) -> tuple[str, bool]:
    name, _, direction = item.partition(".")
    return name, direction == "desc"


def _to_end(text: str | None) -> bool:
    if text not in (None, "end"):
        raise NotModelledError(f"query parameter to={text}")
    return text == "end"


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise AmbariError(400, f'Invalid Request: For input string: "{text}"') from None
