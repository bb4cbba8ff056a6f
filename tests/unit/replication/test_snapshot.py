"""Kafka's view of itself, as its snapshot tells it."""

import json
from typing import Any

import pytest

from components.replication.snapshot import parse
from components.replication.view import BrokerView, KafkaView, Malformed, Partition


def snapshot(**changes: Any) -> dict[str, Any]:
    """Three brokers, of which the last does not answer by itself, and two topics."""
    return {
        "version": 1,
        "controller": 1002,
        "brokers": {
            "1001": {"address": "10.0.0.11", "advertised": {"PLAINTEXT": "10.0.0.11:9092"}},
            "1002": {"address": "", "advertised": {"plaintext": "wn1-kafka:9092"}},
            "1003": {"address": "10.0.0.13", "advertised": None},
        },
        "minimums": {"orders": 2},
        "defaults": {"min.insync.replicas": 1},
        "partitions": {
            "orders": [[1001, [1001, 1002, 1003], [1001, 1002, 1003]], [-1, [1003], [1003]]],
            "__consumer_offsets": [[1002, [1002, 1001], [1002]]],
        },
        **changes,
    }


def test_a_snapshot_tells_brokers_and_partitions_without_those_that_do_not_answer() -> None:
    assert parse(json.dumps(snapshot())) == KafkaView(
        controller=1002,
        brokers={
            1001: BrokerView(1001, "10.0.0.11", {"PLAINTEXT": "10.0.0.11:9092"}),
            1002: BrokerView(1002, "", {"PLAINTEXT": "wn1-kafka:9092"}),
            1003: BrokerView(1003, "10.0.0.13", None),
        },
        partitions=(
            Partition("orders", 0, 1001, (1001, 1002, 1003), (1001, 1002), 2),
            Partition("orders", 1, None, (1003,), (), 2),
            Partition("__consumer_offsets", 0, 1002, (1002, 1001), (1002,), 1),
        ),
    )


def test_a_broker_that_metadata_has_dropped_is_in_no_in_sync_set() -> None:
    """Kafka goes on naming the last replica that was in sync."""
    view = parse(json.dumps(snapshot(partitions={"orders": [[-1, [1009, 1001], [1009]]]})))
    assert view.partitions == (Partition("orders", 0, None, (1009, 1001), (), 2),)


def test_a_cluster_without_controller_and_topics_is_a_view() -> None:
    view = parse(json.dumps(snapshot(controller=None, minimums={}, partitions={})).encode())
    assert (view.controller, view.partitions) == (None, ())


def test_of_a_minimum_of_0_one_replica_is_needed() -> None:
    [partition] = parse(
        json.dumps(snapshot(minimums={"t": 0}, partitions={"t": [[1001, [1001], [1001]]]}))
    ).partitions
    assert partition.needed == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": 2}, "version"),
        ({"controller": "1002"}, "controller"),
        ({"brokers": {"wn0": {"address": "", "advertised": {}}}}, "brokers.wn0"),
        ({"brokers": {"1001": {"address": "10.0.0.11"}}}, "brokers.1001.advertised"),
        ({"minimums": {"orders": -1}}, "minimums.orders"),
        ({"defaults": {}}, "__consumer_offsets has no min.insync.replicas"),
        ({"partitions": {"orders": [[1001, [1001]]]}}, "partitions.orders.0"),
        ({"partitions": {"orders": [[1001, [], []]]}}, "partitions.orders.0"),
        ({"partitions": {"orders": [[1001, [1001, 1001], [1001]]]}}, "orders-0 has replicas="),
        ({"partitions": {"orders": [[1001, [1001], [1002]]]}}, "orders-0 has replicas="),
    ],
)
def test_half_a_view_is_none(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(Malformed, match=said):
        parse(json.dumps(snapshot(**changes)))


@pytest.mark.parametrize("text", ["", "{", "[]", json.dumps(snapshot())[:-1], b"\xff"])
def test_what_is_no_json_object_is_no_view(text: str | bytes) -> None:
    with pytest.raises(Malformed):
        parse(text)
