"""Mistakes in settings, and the message that reports them: setting, value, rule, source, suggestion."""

import difflib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import TypeVar

from pydantic import ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from . import redaction

T = TypeVar("T")

OURS = "a rule of this program"
"""The source of rules that are this program's own."""
REFERENCE = "docs/configuration.md"
"""The source of names, types and choices."""
HDINSIGHT_DOC = "https://learn.microsoft.com/azure/hdinsight"
"""Where Microsoft's pages about HDInsight are."""
_LONGEST = 160


@dataclass(frozen=True)
class Mistake:
    """A wrong setting. `value` is None where it is not shown: it was not set, or is a secret."""

    setting: str
    value: object | None
    rule: str
    source: str
    right: str
    unless: str = ""
    """The type of a resource that makes a warning of this once it stands; see `leniency`."""

    def __str__(self) -> str:
        shown = "" if self.value is None else f" = {_abridged(self.value)}"
        source = f" ({self.source})" if self.source else ""
        right = f"\n      Right would be: {self.right}" if self.right else ""
        return f"  - {self.setting}{shown}\n      {self.rule}{source}.{right}"


def _abridged(value: object) -> str:
    text = repr(str(value) if isinstance(value, IPv4Network) else value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 2]}…{text[-1]}"


def report(mistakes: Sequence[Mistake], stack: str) -> str:
    """All `mistakes` of the configuration of `stack` as one message."""
    count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
    listed = "\n".join(str(mistake) for mistake in mistakes)
    return f"{count} in the configuration of stack {stack!r}, so nothing was done:\n{listed}"


def warning(mistake: Mistake) -> str:
    """A mistake in a setting that Azure has accepted, as a warning."""
    return f"This setting would be refused for a new stack; this one has it already:\n{mistake}"


def broken(rule: str, *, source: str = OURS, right: str = "", unless: str = "") -> PydanticCustomError:
    """The error a validator raises when its value breaks `rule`.

    rule: completes "This setting ...", without a full stop. source: the document that states the rule.
    right: a correct value, or a command that sets one. unless: see Mistake.
    """
    return _broken([{"rule": rule, "source": source, "right": right, "unless": unless}])


def check_all(value: T, *rules: Callable[[T], object]) -> T:
    """Return the value if it keeps to all `rules`; else raise one error with every rule that is `broken`."""
    found = []
    for rule in rules:
        try:
            rule(value)
        except PydanticCustomError as error:
            found += broken_rules(error)
    if found:
        raise _broken(found)
    return value


def broken_rules(error: PydanticCustomError) -> list[dict[str, str]]:
    """The rules in an error of `broken` or `check_all`, each with `rule`, `source`, `right` of a Mistake."""
    return (error.context or {})["rules"]


def with_right(error: PydanticCustomError, right: str) -> PydanticCustomError:
    """The error with `right` as the suggestion of those rules that have none."""
    return _broken([{**rule, "right": rule["right"] or right} for rule in broken_rules(error)])


def with_error_of_whole(
    errors: ValidationError, error_of_whole: PydanticCustomError, value: object
) -> ValidationError:
    """Add an error about the whole of `value` to `errors`, which are about parts of it."""
    again = [_raisable(error) for error in errors.errors()]
    whole = InitErrorDetails(type=error_of_whole, input=value)
    return ValidationError.from_exception_data(errors.title, [*again, whole])


def mistakes_from(
    error: ErrorDetails, *, hidden: bool, known: Iterable[str] = (), default: str = ""
) -> list[Mistake]:
    """The mistakes in one of pydantic's errors.

    hidden: whether the value must not be shown. known: valid names, where the error is an unknown one.
    default: of the setting, suggested where the rule suggests nothing.
    """
    setting = setting_at(error["loc"])
    context = error.get("ctx", {})
    value = (
        None if hidden or error["type"] == "missing" or error["input"] in ("", (), "[]") else error["input"]
    )
    if error["type"] == _RULES:
        rules = [{**rule, "right": rule["right"] or default} for rule in context["rules"]]
        shown = [redaction.without(rule, error["input"]) for rule in rules] if hidden else rules
        return [Mistake(setting, value, **rule) for rule in shown]
    if error["type"] == "extra_forbidden":
        name = str(error["loc"][-1])
        return [Mistake(setting, value, "is unknown", REFERENCE, nearest(name, known) or _listed(known))]
    rule = _RULES_OF_TYPES.get(error["type"], f"does not fit: {error['msg']}")
    if error["type"] == "literal_error":
        choices = re.findall("'([^']*)'", context["expected"])
        default = nearest(str(error["input"]), choices) or default or choices[0]
    return [Mistake(setting, value, rule.format(**context), REFERENCE, default or _example(error))]


_RULES = "rules"


def _broken(rules: list[dict[str, str]]) -> PydanticCustomError:
    # In the context, not in the message template, in which pydantic would expand braces.
    return PydanticCustomError(_RULES, "rules are broken", {"rules": rules})


def _example(error: ErrorDetails) -> str:
    """A value that would be right, or a command that sets one, for an error of a type."""
    if error["type"] != "string_type" or not isinstance(error["input"], Mapping):
        return _EXAMPLES[error["type"]]
    # `config set --path` takes every full stop for a step, so that a dotted name becomes objects in objects.
    name = ".".join([str(error["loc"][-1]), *_first_names(error["input"])])
    path = setting_at([*error["loc"][:-1], name])
    return f"a name with full stops in brackets and quotes: pulumi config set --path '{path}' VALUE"


def _first_names(value: object) -> Iterator[str]:
    while isinstance(value, Mapping) and value:
        name, value = next(iter(value.items()))
        yield str(name)


def _raisable(error: ErrorDetails) -> InitErrorDetails:
    context = error.get("ctx", {})
    kind = _broken(context["rules"]) if error["type"] == _RULES else error["type"]
    return InitErrorDetails(type=kind, loc=error["loc"], input=error["input"], ctx=context)


_RULES_OF_TYPES = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "dict_type": "must be an object",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number of a few digits",
    "int_type": "must be a whole number",
    "literal_error": "must be {expected}",
    "missing": "must be set",
    "model_type": "must be an object",
    "string_type": "must be a text",
    "tuple_type": "must be a list",
}
"""Rules for users, by the type of pydantic's error."""
_EXAMPLES = defaultdict(
    str,
    {
        "bool_parsing": "true",
        "bool_type": "true",
        "dict_type": "pulumi config set --path, once an entry",
        "int_from_float": "1",
        "int_parsing": "1",
        "int_parsing_size": "1",
        "int_type": "1",
        "missing": "a value for it",
        "model_type": "an object of names and values",
        "string_type": "a text",
        "tuple_type": "pulumi config set --path, once an entry",
    },
)


def setting_at(location: Sequence[str | int]) -> str:
    """A location in the configuration as `pulumi config set --path` writes it: topics[0].name."""
    # pydantic names a field by its alias, but one whose default is wrong by its attribute.
    setting, *inside = location
    return "".join([to_camel(str(setting)), *map(_step, inside)])


def _step(part: str | int) -> str:
    """One step of a path: quoted where the name has dots, as tags and topics' configurations may."""
    if isinstance(part, int):
        return f"[{part}]"
    return f".{part}" if re.fullmatch(r"\w+", part) else f"[{json.dumps(part, ensure_ascii=False)}]"


def nearest(name: str, known: Iterable[str]) -> str:
    """The one of `known` that a misspelt `name` was probably meant to be; empty where none is like it."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=0.7)), "")


def _listed(names: Iterable[str]) -> str:
    return " or ".join(names)
