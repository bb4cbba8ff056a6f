"""What the stack's last run or refresh left in its state."""

from collections.abc import Mapping
from typing import Any

import pulumi

Recorded = Mapping[str, Mapping[str, Any]]
"""The outputs of resources, by URN."""


def resource_outputs() -> dict[str, Mapping[str, Any]]:
    """The outputs of the stack's resources in its state, by type; of several of one type, the last one's."""
    return by_type(recorded_outputs())


def recorded_outputs() -> Recorded:
    """The outputs of the stack's resources in its state; secrets are wrapped.

    Read from the stack's own state, as Pulumi's listResourceOutputs (Node.js SDK) reads it.
    """
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    read = pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {"stackName": stack})
    return {urn: state["outputs"] for urn, state in (read.value or {})["outputs"].items()}


def by_type(recorded: Recorded) -> dict[str, Mapping[str, Any]]:
    """The outputs by type; of several resources of one type, the last one's."""
    return {_type(urn): outputs for urn, outputs in recorded.items()}


def of_type(recorded: Recorded, type_: str) -> dict[str, Mapping[str, Any]]:
    """The outputs of the resources of one type, by name."""
    return {_name(urn): outputs for urn, outputs in recorded.items() if _type(urn) == type_}


def _type(urn: str) -> str:
    """A resource's own type: urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME."""
    return urn.split("::")[2].rpartition("$")[2]


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]
