"""A Secret that is another one, of another name, for other content: that rolls the pods that refer to it.

The program chooses the name, by counting. Pulumi makes one up, but only once its provider is known: a plan of
another AKS cluster would have none, and end midway. A digest of the content would let whoever reads the name
try out guesses.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from .assigned import assigned_name
from .settings.state import Recorded, of_type

TYPE = "kubernetes:core/v1:Secret"
Metadata = Callable[[pulumi.Input[str]], kubernetes.meta.v1.ObjectMetaArgs]
"""What an object of this name says of itself."""


@dataclass(frozen=True)
class NumberedSecret:
    """A Secret that is there, by whose name pods refer to it."""

    name: pulumi.Output[str]

    def variable(self, name: str, key: str) -> kubernetes.core.v1.EnvVarArgs:
        """The environment variable of this name with what stands under the key."""
        reference = kubernetes.core.v1.SecretKeySelectorArgs(name=self.name, key=key)
        source = kubernetes.core.v1.EnvVarSourceArgs(secret_key_ref=reference)
        return kubernetes.core.v1.EnvVarArgs(name=name, value_from=source)


def numbered_secret(
    name: str,
    content: Mapping[str, pulumi.Input[str]],
    recorded: Recorded,
    metadata: Metadata,
    opts: pulumi.ResourceOptions,
) -> NumberedSecret:
    """Declares the Secret with this content, under the name that the state has for it, or under the next one.

    `name`: of the resource, and the beginning of the object's name. `recorded`: what the stack's state holds.
    """
    before = of_type(recorded, TYPE).get(name)
    numbered = pulumi.Output.all(**content).apply(lambda known: name_of(name, known, before))
    secret = kubernetes.core.v1.Secret(
        name,
        # To Pulumi what follows from a secret is one itself: previews would hide the name.
        metadata=metadata(pulumi.Output.unsecret(numbered)),
        string_data=content,
        opts=opts,
    )
    return NumberedSecret(assigned_name(secret))


def name_of(prefix: str, content: Mapping[str, str], before: Mapping[str, Any] | None) -> str:
    """The name of the Secret with this content, where the state has the outputs `before` of one.

    It stays while the content does, also one that Pulumi made up. Numbers only grow: a Deployment that could
    not be updated may refer to an earlier one still.
    """
    former = ((before or {}).get("metadata") or {}).get("name", "")
    if before and former and _content(before) == dict(content):
        return former
    numbered = re.fullmatch(rf"{re.escape(prefix)}-(\d+)", former)
    return f"{prefix}-{int(numbered[1]) + 1 if numbered else 1}"


def _content(outputs: Mapping[str, Any]) -> dict[str, str]:
    """The API answers what is written as `stringData` in `data`, in base64."""
    data = outputs.get("data") or {}
    return {key: base64.b64decode(value).decode(errors="replace") for key, value in data.items()}
