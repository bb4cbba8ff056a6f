"""What a setting says about itself beside its type, default and rules."""

import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from pydantic import Field
from pydantic.fields import FieldInfo


class Group(StrEnum):
    """The headings of the reference, in its order."""

    EXISTING = "What exists already"
    EVERYTHING = "Everything"
    KAFKA = "The Kafka cluster"
    AMBARI = "Access to the Kafka cluster"
    AKS = "The AKS cluster"
    REGISTRY = "The container registry"
    NETWORKS = "Networks"
    APP = "The test application"
    TOPICS = "Topics"
    RESTART = "Restarts of brokers"


class Change(StrEnum):
    """What changing a setting does to an environment that is deployed."""

    IN_PLACE = "in place"
    LATER = "holds from the next time on"
    GROWS = "in place; fewer are refused"
    NEW_KAFKA = "refused; with `protect: false` another Kafka cluster, without the data of this one"
    NEW_EVERYTHING = "refused; with `protect: false` everything anew, without any data"
    NEW_AKS = "another AKS cluster, and everything in it anew"
    NEW_REGISTRY = "another registry, into which the image is built anew"
    STAYS_ENTRA = "in place; AKS keeps Entra ID once it has it"
    WITHOUT_REGISTRY = "in place; a registry that this stack has made is deleted, or made again"
    NEW_NAMESPACE = "another namespace with everything in it; the old one is deleted"
    REFUSED_WITH_KAFKA = "refused as long as the Kafka cluster has addresses in it, by Azure too"
    REFUSED_IN_USE = "refused by Azure while something has an address in it"
    REFUSED_OWN = "refused where this stack has made one itself"


FIXED = frozenset({Change.NEW_KAFKA, Change.NEW_EVERYTHING, Change.REFUSED_WITH_KAFKA})
"""Changes that take another Kafka cluster."""


@dataclass(frozen=True)
class About:
    """What a setting says about itself.

    describes: settings whose `existing` makes this one meaningless, since it describes a new resource.
    set_secret: the command that sets it as a secret; empty for one that is none.
    for_new: what its empty default means for a stack whose resource is still to be made, where a stack that
    stands keeps what it has.
    same: whether a cluster made with the first value is one with the second. A name that the stack itself
    gives is the same only as it is written: by another case the engine replaces what has it.
    """

    group: Group
    changed: Change
    describes: tuple[str, ...]
    set_secret: str
    for_new: str
    same: Callable[[Any, Any], bool]


def setting(
    default: Any,
    *,
    description: str,
    group: Group,
    changed: Change,
    describes: Collection[str] = (),
    set_secret: str = "",
    for_new: str = "",
    same: Callable[[Any, Any], bool] = operator.eq,
    shown: bool = True,
    examples: list[Any] | None = None,
) -> Any:
    """A field of the configuration; see About for what it says about itself.

    shown: whether a message may show its value; never that of a secret. examples: what `pulumi config set`
    takes after the name of a setting that is required.
    """
    said = About(group, changed, tuple(describes), set_secret, for_new, same)
    return Field(
        default,
        description=description,
        examples=examples,
        repr=shown and not set_secret,
        json_schema_extra={_ABOUT: cast(Any, said)},
    )


def about(field: FieldInfo) -> About:
    """What the field of a setting says about itself. Raises TypeError where it says nothing."""
    extra = field.json_schema_extra
    said = extra.get(_ABOUT) if isinstance(extra, Mapping) else None
    if not isinstance(said, About):
        raise TypeError(f"the setting {field.alias} says nothing about itself: declare it with setting()")
    return said


_ABOUT = "about"
