"""What the stack's last run or refresh left in its state."""

import time
from collections.abc import Mapping
from typing import Any

import pulumi

Recorded = Mapping[str, Mapping[str, Any]]
"""The outputs of resources, by URN."""

ATTEMPTS = 10
"""How often a state is read that is being written meanwhile."""
PAUSE_SECONDS = 0.1


def recorded_outputs() -> Recorded:
    """The outputs of the stack's resources in its state, in which secrets stand in plain.

    Read from the stack's own state, as Pulumi's listResourceOutputs (Node.js SDK) reads it. Raises the
    engine's error when it can't be read.
    """
    read = _read(f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}")
    return {urn: state["outputs"] for urn, state in read["outputs"].items()}


def by_type(recorded: Recorded) -> dict[str, Mapping[str, Any]]:
    """The outputs by type; of several resources of one type, the last one's."""
    return {_type(urn): outputs for urn, outputs in recorded.items()}


def of_type(recorded: Recorded, type_: str) -> dict[str, Mapping[str, Any]]:
    """The outputs of the resources of one type, by name."""
    return {_name(urn): outputs for urn, outputs in recorded.items() if _type(urn) == type_}


def _read(stack: str) -> dict[str, Any]:
    """Reads again while the engine writes: in a folder, a state's attributes are empty for an instant.

    The engine notes what it has made while the program runs on. It replaces the state in one step, but not
    the file beside it that holds the checksum: setAttrs of gocloud.dev/blob/fileblob.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return _invoke(stack)
        except Exception as error:
            if "EOF" not in str(error):
                raise
            time.sleep(PAUSE_SECONDS)
    return _invoke(stack)


def _invoke(stack: str) -> dict[str, Any]:
    read = pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {"stackName": stack})
    return read.value or {}


def _type(urn: str) -> str:
    """A resource's own type: urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME."""
    return urn.split("::")[2].rpartition("$")[2]


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]
