"""What a reviewer reads first: restarts, losses, ranges, policies."""

from pathlib import Path
from typing import Any

import pytest

from components.ambari.rolling_restart.restart import Pace
from review.brokers import CREATION_MINUTES, SETTLE
from review.dangers import dangers as all_dangers
from review.phrases import Phrase
from review.text import text
from tests.unit.review.previews import (
    ADVERTISING,
    create_topics,
    preview,
    printed,
    restart,
    reviewed,
    step,
    topic,
)

CHECKOUT = Path(__file__).resolve().parents[3]
KAFKA = "azure-native:hdinsight/v20240801preview:Cluster"
SERVICE = "kubernetes:core/v1:Service"
SECURITY = "azure-native:network/v20240501:NetworkSecurityGroup"
AKS = "azure-native:containerservice/v20250901:ManagedCluster"
STORAGE = "azure-native:storage/v20240101:StorageAccount"
HOSTS = ["wn1-local.internal", "wn2-local.internal", "wn0-local.internal"]
TAGS = {"tags": {"environment": "test"}}


def dangers(*steps: dict[str, Any]) -> list[str]:
    """The dangers but for policies, as text."""
    return [plain(phrase) for phrase in all_dangers(preview(*steps), [])]


def plain(phrase: Phrase) -> str:
    return "".join(part if isinstance(part, str) else part.text for part in phrase)


def test_brokers_that_restart_are_named_in_their_order_with_the_least_time() -> None:
    assert dangers(restart(HOSTS)) == [
        "3 brokers restart, one at a time, in this order: wn1-local, wn2-local, wn0-local. After each the "
        "program waits at least 30 s, and 60 s where Kafka's health is unknown: 90 s or more in all, beside "
        "the restarts themselves."
    ]


def test_one_broker_has_no_order_and_the_settings_own_pace() -> None:
    assert dangers(restart(HOSTS[:1], settleSeconds=10)) == [
        "1 broker restarts: wn1-local. After it the program waits at least 10 s."
    ]


def seen_by_kafka(hosts: list[str], **options: Any) -> dict[str, Any]:
    """A restart, of which the last refresh has found more in Kafka's own view."""
    inputs = {"restart": "rolling", "unit": "broker", "settleSeconds": 60, **options}
    found = {
        "plan": hosts,
        "order": ["1002", "1003", "1001 (10.0.0.11, controller)"],
        "unavailable": ["alone, partition 0: neither read nor written", "and 3 more"],
        "underReplicated": ["orders, partition 1: not in sync on 1003"],
    }
    return step("update", ADVERTISING, "ip-advertising", {**inputs, **found}, inputs)


def test_where_kafka_could_be_asked_it_says_what_the_restarts_mean() -> None:
    topics = [topic("single", replicas=1)]
    assert dangers(create_topics("same", topics, topics), seen_by_kafka(HOSTS)) == [
        "3 brokers restart, one at a time, in this order: wn1-local, wn2-local, wn0-local (controller last). "
        "Kafka itself is asked before each restart whether it is safe, and after it whether it is done.",
        "Clients will notice: alone, partition 0: neither read nor written",
        "Clients will notice: and 3 more",
        "Under-replicated now: orders, partition 1: not in sync on 1003",
    ]
    [several, *_] = dangers(seen_by_kafka(HOSTS, batch=3))
    assert several.startswith("3 brokers restart, up to 3 at a time, in this order")
    [one, *_] = dangers(seen_by_kafka(HOSTS[:1]))
    assert one.startswith("1 broker restarts: wn1-local. Kafka itself is asked")


def test_the_least_time_is_the_program_s() -> None:
    assert Pace().settle == SETTLE


def test_brokers_that_restart_all_at_once_have_no_order() -> None:
    [first, _] = dangers(
        create_topics("same", [topic("a")], [topic("a")]), restart(HOSTS, restart="all-at-once")
    )
    assert first.startswith("3 brokers restart, all at once: wn1-local")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            {},
            ["partitions are unavailable while their broker restarts: single", "during the restarts: strict"],
        ),
        ({"restart": "all-at-once"}, ["Topics whose replicas are all on these brokers are unavailable"]),
    ],
)
def test_topics_that_suffer_are_told(options: dict[str, str], told: list[str]) -> None:
    topics = [topic("safe"), topic("single", replicas=1), topic("strict", min_insync_replicas="3")]
    [_, *suffering] = dangers(create_topics("same", topics, topics), restart(HOSTS, **options))
    assert len(suffering) == len(told)
    for said, part in zip(suffering, told, strict=True):
        assert part in said


def test_topics_that_are_only_about_to_be_declared_suffer_nothing() -> None:
    [_] = dangers(create_topics("create", None, [topic("single", replicas=1)]), restart(HOSTS))


def test_what_an_interrupted_run_began_is_finished() -> None:
    inputs = {"restart": "rolling", "settleSeconds": 60}
    assert dangers(step("update", ADVERTISING, "ip", {**inputs, "interrupted": "yes"}, inputs)) == [
        "What an interrupted run began at the brokers is finished."
    ]


def test_a_change_of_pace_restarts_nobody() -> None:
    assert dangers(restart([], settleSeconds=90)) == []


def test_brokers_of_a_cluster_that_exists_restart_for_their_first_addresses() -> None:
    created = step("create", ADVERTISING, "ip", None, {"restart": "rolling"})
    assert dangers(created) == ["Brokers that do not advertise their addresses yet restart, one at a time."]
    assert dangers(step("create", KAFKA, "kafka-cluster", None, TAGS), created) == []


@pytest.mark.parametrize("kept", [True, False])
def test_brokers_restart_when_their_addresses_are_taken_back(kept: bool) -> None:
    said = dangers(step("delete", ADVERTISING, "ip", {"keepOnDelete": kept}))
    assert [one.partition(":")[0] for one in said] == ["Brokers stop advertising addresses"] * (not kept)


def test_data_that_is_lost_comes_first() -> None:
    said = dangers(
        restart(HOSTS),
        step("replace", STORAGE, "storage", TAGS, TAGS),
        step("delete", AKS, "aks-cluster", TAGS),
    )
    assert said[0] == "storage is replaced: what is stored in it is lost."
    assert said[1].startswith("aks-cluster is deleted: all that runs in it is gone")
    assert said[2].startswith("3 brokers restart")


@pytest.mark.parametrize(
    ("options", "pace"), [({}, "one at a time"), ({"restart": "all-at-once"}, "all at once")]
)
def test_a_replaced_kafka_cluster_loses_its_topics_and_its_new_brokers_restart(
    options: dict[str, str], pace: str
) -> None:
    advertising = restart(HOSTS, **options) | {"op": "replace"}
    assert dangers(step("replace", KAFKA, "kafka-cluster", TAGS, TAGS), advertising) == [
        "kafka-cluster is replaced: every topic with its messages and its consumers' offsets is lost.",
        "No broker answers until there is a new cluster, for which Azure takes 21 to 35 minutes. Its brokers "
        f"then restart, {pace}: new ones do not advertise their addresses.",
    ]


@pytest.mark.parametrize("op", ["create", "delete"])
def test_brokers_that_come_or_go_with_their_cluster_restart_for_nobody(op: str) -> None:
    told = dangers(step(op, KAFKA, "kafka-cluster", TAGS, TAGS), restart(HOSTS) | {"op": op})
    assert not [phrase for phrase in told if "restart" in phrase]


def test_a_new_cluster_takes_as_long_as_the_documents_say() -> None:
    assert f"{CREATION_MINUTES} minutes" in (CHECKOUT / "docs" / "azure.md").read_text()


def service(*ranges: str, **annotations: str) -> dict[str, Any]:
    named = (
        {"annotations": {"service.beta.kubernetes.io/azure-load-balancer-internal": "true"}}
        if annotations
        else {}
    )
    return {"metadata": named, "spec": {"type": "LoadBalancer", "loadBalancerSourceRanges": [*ranges]}}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (service("203.0.113.0/24"), service("203.0.113.0/28"), []),
        (service("203.0.113.0/28"), service("203.0.113.0/24"), ["203.0.113.0/24"]),
        (service("203.0.113.1/32"), service("203.0.113.1/32", "198.51.100.0/24"), ["198.51.100.0/24"]),
        (service("203.0.113.1/32", internal="yes"), service("203.0.113.1/32"), ["203.0.113.1/32"]),
        (service("203.0.113.1/32"), service("203.0.113.0/24", internal="yes"), []),
        (service("0.0.0.0/0"), service("203.0.113.0/24"), []),
    ],
)
def test_ranges_that_are_new_to_a_service_are_told(before: Any, after: Any, told: list[str]) -> None:
    said = dangers(step("update", SERVICE, "page", before, after))
    assert said == [
        f"page lets in addresses that could not before, at its public address: {one}" for one in told
    ]


def test_a_service_without_ranges_lets_everybody_in() -> None:
    changed = step("update", SERVICE, "page", service("203.0.113.1/32"), service())
    assert dangers(changed) == ["page lets in everybody, at its public address: 0.0.0.0/0"]


def test_policies_that_are_broken_come_last() -> None:
    changed = step("update", SERVICE, "page", service("203.0.113.1/32"), service())
    [_, broken] = reviewed(printed(changed)).dangers
    assert plain(broken).startswith(
        "The policy said-when-open is broken by page: spec.loadBalancerSourceRanges is []"
    )


def security(*sources: str, port: str = "443") -> dict[str, Any]:
    rule = {"direction": "Inbound", "access": "Allow", "destinationPortRange": port}
    return {"securityRules": [{**rule, "name": "users", "sourceAddressPrefixes": [*sources]}], **TAGS}


def test_ports_of_a_security_group_that_more_may_reach_are_told() -> None:
    before = security("203.0.113.1/32")
    wider = dangers(step("update", SECURITY, "nsg", before, security("203.0.113.1/32", "198.51.100.7/32")))
    assert wider == ["nsg lets in addresses that could not before, ports 443: 198.51.100.7/32"]
    other = dangers(step("update", SECURITY, "nsg", before, security("203.0.113.1/32", port="22")))
    assert other == ["nsg lets in addresses that could not before, ports 22: 203.0.113.1/32"]
    assert dangers(step("update", SECURITY, "nsg", before, security("10.0.0.0/8"))) == []


def test_an_api_server_without_ranges_lets_everybody_in() -> None:
    before = {"apiServerAccessProfile": {"authorizedIPRanges": ["203.0.113.1/32"]}, **TAGS}
    said = dangers(step("update", AKS, "aks", before, TAGS))
    assert "aks lets in everybody, to Kubernetes' API: 0.0.0.0/0" in said
    private = {"apiServerAccessProfile": {"enablePrivateCluster": True}, **TAGS}
    assert not [one for one in dangers(step("update", AKS, "aks", TAGS, private)) if "lets in" in one]


def test_a_policy_is_broken_also_by_what_does_not_change() -> None:
    report = reviewed(printed(step("same", SERVICE, "page", service(), service())))
    assert not report.changing
    assert len(report.dangers) == 1


def test_a_preview_that_failed_says_why_and_judges_nothing() -> None:
    errors = [{"severity": "error", "message": "kafkaWorkers is wrong"}]
    report = reviewed(
        printed(step("update", SERVICE, "page", service("203.0.113.1/32"), service()), diagnostics=errors)
    )
    assert (report.dangers, report.changing) == ((), False)
    assert text(report).splitlines()[2:] == ["Why", "  kafkaWorkers is wrong"]
    assert preview(diagnostics=errors).stack == "?"
