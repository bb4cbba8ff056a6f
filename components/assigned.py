"""What a Kubernetes cluster gives an object that it makes or changes: its name where the program chose none,
its uid, and the generation of its specification.

A preview of an object with inputs that are not known yet has none of them. They are unknown then: a value in
their place would be part of a plan, which `pulumi up --plan` would break off for not keeping to.
"""

from __future__ import annotations

from typing import Any, Protocol

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi.output import UNKNOWN


class Made(Protocol):
    """A resource of pulumi-kubernetes."""

    @property
    def metadata(self) -> pulumi.Output[kubernetes.meta.v1.outputs.ObjectMeta]: ...


def assigned_name(made: Made) -> pulumi.Output[str]:
    """The name of the object, chosen or not."""
    return _assigned(made, "name")


def assigned_uid(made: Made) -> pulumi.Output[str]:
    """The uid, by which an object that is made anew differs from the one before."""
    return _assigned(made, "uid")


def assigned_generation(made: Made) -> pulumi.Output[int]:
    """The generation, which counts the changes of the object's specification."""
    return _assigned(made, "generation")


def _assigned(made: Made, name: str) -> pulumi.Output[Any]:
    def known(metadata: kubernetes.meta.v1.outputs.ObjectMeta) -> Any:
        value = getattr(metadata, name)
        return pulumi.Output.from_input(UNKNOWN) if value is None else value

    return made.metadata.apply(known)
