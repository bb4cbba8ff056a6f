"""A Secret keeps its name while its content stays, and pods are made anew when it changes."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import pytest

from components.app_namespace import AppNamespaceArgs
from components.kafka_login import KafkaLogin
from components.numbered_secret import name_of
from tests.unit.app_in_kubernetes import declare
from tests.unit.recording import Deployment

TOKEN = "0123456789abcdef"


def state(name: str, **content: str) -> Mapping[str, Any]:
    """The outputs of a Secret as the API answers it."""
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in content.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": encoded}


@pytest.mark.parametrize(
    ("before", "name"),
    [
        (None, "access-token-1"),
        (state("access-token-1", token=TOKEN), "access-token-1"),
        (state("access-token-1", token="another"), "access-token-2"),
        (state("access-token-9", token="another"), "access-token-10"),
        # Names that Pulumi made up for stacks of before.
        (state("access-token-ko78blcq", token=TOKEN), "access-token-ko78blcq"),
        (state("access-token-ko78blcq", token="another"), "access-token-1"),
        (state("access-token-1", token=TOKEN, more="than that"), "access-token-2"),
        (state("access-token-1"), "access-token-2"),
        ({}, "access-token-1"),
    ],
)
def test_the_name_stays_while_the_content_does(before: Mapping[str, Any] | None, name: str) -> None:
    assert name_of("access-token", {"token": TOKEN}, before) == name


def recorded(name: str, outputs: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    type_ = "aks-kafka:index:KafkaTestApp$kubernetes:core/v1:Secret"
    return {f"urn:pulumi:test::aks-kafka::{type_}::{name}": outputs}


def referred(app: Deployment, resource: str) -> set[str]:
    """The Secrets of which the pods of this resource have variables."""
    [container] = app[resource].inputs["spec"]["template"]["spec"]["containers"]
    sources = [variable["valueFrom"] for variable in container["env"] if "valueFrom" in variable]
    return {source["secretKeyRef"]["name"] for source in sources}


@pytest.mark.parametrize(
    ("token", "name"), [(TOKEN, "access-token-3"), ("fedcba9876543210", "access-token-4")]
)
def test_pods_refer_to_the_name_that_the_state_tells(token: str, name: str) -> None:
    before = recorded("access-token", state("access-token-3", token=TOKEN))
    app = declare(recorded=before, token=token)
    assert app["access-token"].inputs["metadata"]["name"] == name
    assert referred(app, "kafka-test-app") == {name}


@pytest.mark.parametrize(("password", "name"), [("s3cret", "kafka-login-3"), ("another", "kafka-login-4")])
def test_another_password_for_kafka_reaches_every_pod(password: str, name: str) -> None:
    kept = state("kafka-login-3", KAFKA_USER="anna", KAFKA_PASSWORD="s3cret")
    login = KafkaLogin("SASL_SSL", mechanism="PLAIN", user="anna", password=password)
    app = declare(login=login, recorded=recorded("kafka-login", kept))
    assert all(referred(app, one) == {name} for one in ("create-topics", "check", "kafka-test-app"))


def test_no_secret_is_shown_where_arguments_are() -> None:
    kept = recorded("access-token", state("access-token-1", token=TOKEN))
    arguments = AppNamespaceArgs(
        "kubeconfig", kept, None, "kafka-test", False, False, (), "", KafkaLogin("PLAINTEXT")
    )
    assert base64.b64encode(TOKEN.encode()).decode() not in repr(arguments)
