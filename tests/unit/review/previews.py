"""Previews for the tests of the review, in the form that Pulumi prints."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from policy.check import violations
from policy.preview import resources
from review.dangers import dangers as all_dangers
from review.phrases import Phrase
from review.preview import Preview, read
from review.report import Report, report

ADVERTISING = "pulumi-python:dynamic/kafka:IpAdvertising"
JOB = "kubernetes:batch/v1:Job"
KAFKA = "azure-native:hdinsight/v20240801preview:Cluster"
AKS = "azure-native:containerservice/v20250901:ManagedCluster"
STORAGE = "azure-native:storage/v20240101:StorageAccount"
SERVICE = "kubernetes:core/v1:Service"
TAGS = {"tags": {"environment": "test"}}
HOSTS = ["wn1-local.internal", "wn2-local.internal", "wn0-local.internal"]


def step(
    op: str,
    type_: str,
    name: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A step with the inputs before and after; None: there is no such state."""
    urn = f"urn:pulumi:local::aks-kafka::{type_}::{name}"
    states = {"oldState": before, "newState": after}
    known = {
        side: {"urn": urn, "type": type_, "inputs": inputs}
        for side, inputs in states.items()
        if inputs is not None
    }
    return {"op": op, "urn": urn, "detailedDiff": None, **known, **more}


def printed(*steps: Mapping[str, Any], **more: Any) -> str:
    """What the command prints."""
    return "Previewing update (local):\n" + json.dumps({"steps": steps, **more}, indent=4) + "\n"


def preview(*steps: Mapping[str, Any], **more: Any) -> Preview:
    """The same, read."""
    return read(printed(*steps, **more))


def reviewed(text: str) -> Report:
    """The report on what the command printed."""
    made = read(text)
    return report(made, [] if made.errors else violations(resources(text)))


def dangers(*steps: Mapping[str, Any]) -> list[str]:
    """The dangers but for policies, as text."""
    return [plain(phrase) for phrase in all_dangers(preview(*steps), [])]


def plain(phrase: Phrase) -> str:
    """A phrase as text."""
    return "".join(part if isinstance(part, str) else part.text for part in phrase)


def restart(hosts: list[str], **options: Any) -> dict[str, Any]:
    """An update of IpAdvertising that restarts brokers."""
    inputs = {"restart": "rolling", "unit": "broker", "settleSeconds": 60, **options}
    return step("update", ADVERTISING, "ip-advertising", {**inputs, "plan": hosts}, {**inputs, "plan": []})


def create_topics(op: str, before: list[Any] | None, after: list[Any] | None) -> dict[str, Any]:
    """The Job that creates these topics, in the form of the setting."""

    def inputs(topics: list[Any] | None) -> dict[str, Any] | None:
        if topics is None:
            return None
        variable = {"name": "KAFKA_TOPICS", "value": json.dumps(topics)}
        container = {"name": "create-topics", "env": [variable]}
        return {"spec": {"template": {"spec": {"containers": [container]}}}}

    return step(op, JOB, "create-topics", inputs(before), inputs(after))


def topic(name: str, partitions: int = 6, replicas: int = 3, **config: str) -> dict[str, Any]:
    """A topic in the form of the setting; an underscore in the name of its setting stands for a dot."""
    named = {key.replace("_", "."): said for key, said in config.items()}
    return {"name": name, "partitions": partitions, "replicationFactor": replicas, "config": named}


def service(*ranges: str, **annotations: str) -> dict[str, Any]:
    """The inputs of a Service with these ranges; with annotations, one that is internal."""
    named = (
        {"annotations": {"service.beta.kubernetes.io/azure-load-balancer-internal": "true"}}
        if annotations
        else {}
    )
    return {"metadata": named, "spec": {"type": "LoadBalancer", "loadBalancerSourceRanges": [*ranges]}}
