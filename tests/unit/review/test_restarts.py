"""Which brokers restart, in which order, for how long, and which topics suffer."""

from typing import Any

import pytest

from components.ambari.rolling_restart.restart import Pace
from review.brokers import SETTLE
from tests.unit.review.previews import (
    ADVERTISING,
    HOSTS,
    KAFKA,
    TAGS,
    create_topics,
    dangers,
    restart,
    step,
    topic,
)


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
        "Kafka itself is asked before each restart whether it is safe, and after it whether it is done: "
        "1 to 3 minutes for each.",
        "Clients will notice: alone, partition 0: neither read nor written",
        "Clients will notice: and 3 more",
        "Under-replicated now: orders, partition 1: not in sync on 1003",
    ]
    [several, *_] = dangers(seen_by_kafka([*HOSTS, "wn3-local.internal"], batch=2))
    assert several.startswith("4 brokers restart, up to 2 at a time, in this order")
    assert several.endswith("1 to 3 minutes for each of 3 rounds.")
    [one, *_] = dangers(seen_by_kafka(HOSTS[:1]))
    assert one.startswith("1 broker restarts: wn1-local. Kafka itself is asked before it")


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
    assert dangers(step("create", KAFKA, "kafka-cluster", None, TAGS), created) == [
        "kafka-cluster is new: Azure takes 21 to 35 minutes, and you pay for it from then on."
    ]


@pytest.mark.parametrize("kept", [True, False])
def test_brokers_restart_when_their_addresses_are_taken_back(kept: bool) -> None:
    said = dangers(step("delete", ADVERTISING, "ip", {"keepOnDelete": kept}))
    assert [one.partition(":")[0] for one in said] == ["Brokers stop advertising addresses"] * (not kept)


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
        f"then restart, {pace}: new ones do not advertise their addresses, which may be others than before.",
    ]


@pytest.mark.parametrize("op", ["create", "delete"])
def test_brokers_that_come_or_go_with_their_cluster_restart_for_nobody(op: str) -> None:
    told = dangers(step(op, KAFKA, "kafka-cluster", TAGS, TAGS), restart(HOSTS) | {"op": op})
    assert not [phrase for phrase in told if "restart" in phrase]
