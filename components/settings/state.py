"""What the stack's last run or refresh left in its state."""

from collections.abc import Mapping
from typing import Any

import pulumi


def resource_outputs() -> dict[str, Mapping[str, Any]]:
    """The outputs of the stack's resources by type; of several of one type, the last one's."""
    return {_type(urn): outputs for urn, outputs in last_outputs().items()}


def last_outputs() -> dict[str, Mapping[str, Any]]:
    """The outputs of every resource in the stack's own state, by URN; secrets are wrapped.

    As Pulumi's listResourceOutputs (Node.js SDK) reads it.
    """
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    read = pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {"stackName": stack})
    return {urn: state["outputs"] for urn, state in (read.value or {})["outputs"].items()}


def _type(urn: str) -> str:
    """A resource's own type: urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME."""
    return urn.split("::")[2].rpartition("$")[2]
