"""How the test application's pods talk to the brokers: the protocol, and a Secret with what it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from .assigned import assigned_name
from .settings.kafka_access import KafkaProtocol


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
    login: KafkaLogin, metadata: kubernetes.meta.v1.ObjectMetaArgs, opts: pulumi.ResourceOptions
) -> Sequence[kubernetes.core.v1.EnvVarArgs]:
    """The image's environment variables for it; what is secret stands in a Secret. Empty for PLAINTEXT.

    metadata: of the Secret, without a name: Pulumi gives it one, and another password is another Secret,
    which rolls the pods that refer to it.
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
    secret = kubernetes.core.v1.Secret("kafka-login", metadata=metadata, string_data=data, opts=opts)
    secret_name = assigned_name(secret)
    return [*variables, *(_from_secret(name, secret_name) for name in data)]


def _from_secret(name: str, secret: pulumi.Output[str]) -> kubernetes.core.v1.EnvVarArgs:
    reference = kubernetes.core.v1.SecretKeySelectorArgs(name=secret, key=name)
    source = kubernetes.core.v1.EnvVarSourceArgs(secret_key_ref=reference)
    return kubernetes.core.v1.EnvVarArgs(name=name, value_from=source)
