"""Ports that only this stack's brokers have are Kafka's, too: in a preview, and in the policy host."""

import json
import runpy
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from policy.preview import resources
from policy.rules import Resource
from policy.rules.exposure import KAFKA_INSIDE
from tests.simulated.policy.resources import SECURITY_GROUP

CHECKOUT = Path(__file__).resolve().parents[3]
ADVERTISING = "pulumi-python:dynamic/kafka:IpAdvertising"
SERVERS = {"bootstrapServers": "", "bootstrapServersSaslTls": "10.10.0.6:19094,10.10.0.7:19094"}
RULE = {
    "access": "Allow",
    "direction": "Inbound",
    "sourceAddressPrefix": "203.0.113.7/32",
    "destinationPortRange": "19094",
}
GROUP = {"securityRules": [RULE]}
OPENED = "securityRules[0].destinationPortRange is '19094'"


def preview(servers: Mapping[str, Any]) -> list[Resource]:
    steps = [
        {
            "op": "same",
            "urn": f"urn:pulumi:dev::aks-kafka::{type_}::{name}",
            "newState": {"type": type_, **state},
        }
        for name, type_, state in [
            ("ip-advertising", ADVERTISING, {"outputs": servers}),
            ("guard", SECURITY_GROUP, {"inputs": GROUP}),
        ]
    ]
    return resources(json.dumps({"steps": steps}))


def test_a_preview_tells_the_ports_of_the_brokers() -> None:
    found = [violation.found for one in preview(SERVERS) for violation in KAFKA_INSIDE.violations(one)]
    assert found == [OPENED]
    assert not any(list(KAFKA_INSIDE.violations(one)) for one in preview({}))
    unknown = {"bootstrapServers": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}
    assert not any(list(KAFKA_INSIDE.violations(one)) for one in preview(unknown))


@pytest.fixture
def pack(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The names in the pack's file, as the policy host runs it: `rules` is imported from the same folder."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(CHECKOUT / ".cache" / "policy"))
    monkeypatch.syspath_prepend(str(CHECKOUT / "policy"))
    yield runpy.run_path(str(CHECKOUT / "policy" / "__main__.py"))
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in ("rules", "pulumi_policy"):
            del sys.modules[name]


def test_the_policy_host_reports_what_only_the_brokers_own_ports_make_wrong(pack: dict[str, Any]) -> None:
    def one(name: str, type_: str, props: Mapping[str, Any]) -> SimpleNamespace:
        options = SimpleNamespace(protect=False)
        return SimpleNamespace(name=name, resource_type=type_, props=props, urn=f"urn::{name}", opts=options)

    usual = {**RULE, "destinationPortRange": "9092"}
    stack = SimpleNamespace(
        resources=[
            one("guard", SECURITY_GROUP, {"securityRules": [RULE, usual]}),
            one("ip-advertising", ADVERTISING, SERVERS),
        ]
    )
    reported: list[tuple[str, str]] = []
    policy = pack["policy_on_own_ports"]()
    policy.validate(stack, lambda message, urn: reported.append((message, urn)))
    assert [(message.split(": ")[0], urn) for message, urn in reported] == [(OPENED, "urn::guard")]
