"""How the test application's pods talk to the brokers: the protocol, and a Secret with what it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from .numbered_secret import Metadata, numbered_secret
from .settings.state import Recorded
from .settings.values.kafka_access import KafkaProtocol


@dataclass(frozen=True)
class KafkaLogin:
    """What a client needs beside the brokers' addresses.

    authority: certificates of those who may sign the brokers', PEM; empty for those that the image trusts.
    user, password: with SASL only, by the mechanism.
    """

    protocol: KafkaProtocol
    authority: str = ""
    mechanism: str = ""
    user: str = ""
    password: pulumi.Input[str] | None = None


def login_variables(
    login: KafkaLogin, recorded: Recorded, metadata: Metadata, opts: pulumi.ResourceOptions
) -> Sequence[kubernetes.core.v1.EnvVarArgs]:
    """The image's environment variables for it; what is secret stands in a Secret. Empty for PLAINTEXT.

    recorded: what the stack's state holds.
    metadata: of the Secret, which is another one for another password.
    """
    if login.protocol == "PLAINTEXT":
        return []
    said = {"KAFKA_PROTOCOL": login.protocol}
    if login.protocol.startswith("SASL"):
        said["KAFKA_SASL_MECHANISM"] = login.mechanism
    kept = {"KAFKA_CA": login.authority, "KAFKA_USER": login.user, "KAFKA_PASSWORD": login.password}
    data = {name: value for name, value in kept.items() if value}
    variables = [kubernetes.core.v1.EnvVarArgs(name=name, value=value) for name, value in said.items()]
    if not data:
        return variables
    secret = numbered_secret("kafka-login", data, recorded, metadata, opts)
    return [*variables, *(secret.variable(name, key=name) for name in data)]
