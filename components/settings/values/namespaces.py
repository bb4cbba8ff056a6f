"""The Kubernetes namespace of the application: one that the program makes, or one that a team was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

from ..validation.mistakes import broken
from . import names


@dataclass(frozen=True)
class Namespace:
    """Its name, and whether somebody else has made it: then it is neither created nor deleted."""

    name: str
    exists: bool = False


def parse(value: object) -> Namespace:
    """The namespace that is set by its name, or by `{existing: NAME}`."""
    if isinstance(value, Namespace):
        return value
    if not isinstance(value, dict) and not str(value).lstrip().startswith("{"):
        return Namespace(names.namespace(str(value)))
    given = names.from_json(value)
    if not isinstance(given, dict) or given.keys() != {"existing"}:
        raise broken("must be a name, or `{existing: NAME}`", right="kafka-test")
    return Namespace(names.existing_namespace(str(given["existing"])), exists=True)


def as_set(namespace: Namespace) -> str | dict[str, str]:
    """What is set for it."""
    return {"existing": namespace.name} if namespace.exists else namespace.name


NamespaceSetting = Annotated[Namespace, BeforeValidator(parse), PlainSerializer(as_set)]
