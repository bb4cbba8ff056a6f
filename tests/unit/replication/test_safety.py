"""Which restarts Kafka's partitions allow, and whether a broker is back after one."""

import pytest

from components.replication.safety import advertised_otherwise, never_safe, why_not_back, why_not_restart
from components.replication.view import BrokerView, KafkaView, Partition
from tests.unit.replication.layouts import partition, view

THREE = (1, 2, 3)


@pytest.mark.parametrize(
    ("replicas", "away", "minimum", "restarted"),
    [
        (THREE, (), 2, [1]),
        (THREE, (), 1, [1, 2]),
        (THREE, (3,), 2, [3]),
        (THREE, (3,), 1, [1]),
        (THREE, (), 2, [4]),
        ((1,), (), 1, [1]),
        ((1, 2), (), 2, [1]),
        (THREE, (), 3, [1]),
        (THREE, (1, 2, 3), 2, [1, 2, 3]),
        (THREE, (), 0, [1, 2]),
    ],
)
def test_brokers_may_restart(
    replicas: tuple[int, ...], away: tuple[int, ...], minimum: int, restarted: list[int]
) -> None:
    known = view(partition(replicas, minimum, away), brokers=(1, 2, 3, 4), away=away)
    assert why_not_restart(known, restarted) is None


@pytest.mark.parametrize(
    ("replicas", "away", "minimum", "restarted"),
    [
        pytest.param(THREE, (), 2, [1, 2], id="two of three where two are needed"),
        pytest.param(THREE, (3,), 2, [1], id="one while another is away"),
        pytest.param(THREE, (2, 3), 2, [1], id="the last one"),
        pytest.param(THREE, (), 1, [1, 2, 3], id="all of them"),
        pytest.param(THREE, (), 0, [1, 2, 3], id="all of them, where Kafka takes a minimum of 0"),
        pytest.param((1, 2), (2,), 2, [1], id="never safe, and offline with it"),
        pytest.param((1, 2), (), 2, [1, 2], id="never safe, both"),
        pytest.param(THREE, (3,), 3, [1], id="never safe, a third time below its minimum"),
        pytest.param(THREE, (3,), 2, [3, 1], id="one that is away and one that is needed"),
    ],
)
def test_brokers_may_not_restart(
    replicas: tuple[int, ...], away: tuple[int, ...], minimum: int, restarted: list[int]
) -> None:
    told = partition(replicas, minimum, away)
    blocked = why_not_restart(view(told, brokers=THREE, away=away), restarted)
    assert blocked is not None
    assert blocked.partitions == (told,)


def test_what_blocks_a_restart_is_said_with_its_numbers() -> None:
    blocked = why_not_restart(view(partition(THREE, 2, away=(3,)), brokers=THREE, away=(3,)), [1])
    assert str(blocked) == (
        "without broker 1 orders-0 would have 1 of its 3 replicas in sync and needs 2 "
        "(in sync now: 1, 2; min.insync.replicas: 2)"
    )


def test_of_many_partitions_that_block_a_restart_the_first_are_named() -> None:
    many = [partition(THREE, 2, away=(3,), number=number) for number in range(12)]
    said = str(why_not_restart(view(*many, brokers=THREE, away=(3,)), [1]))
    assert said.count("would have") == 5
    assert said.endswith("and 7 more")


def test_partitions_with_no_replica_to_spare_are_never_safe() -> None:
    safe = [partition(THREE, 2), partition((1, 2), 1)]
    unsafe = [partition((1,), 1), partition((1, 2), 2), partition((2,), 0)]
    known = view(*safe, *unsafe, brokers=THREE)
    assert never_safe(known, [1, 2]) == tuple(unsafe)
    assert never_safe(known, [1]) == tuple(unsafe[:2])
    assert never_safe(known, [3]) == ()


EXPECTED = {"PLAINTEXT": "10.0.0.1:9092"}


def advertising(advertised: dict[str, str] | None, *partitions: Partition) -> KafkaView:
    return KafkaView(1, {1: BrokerView(1, "10.0.0.1", advertised)}, partitions)


def test_a_broker_that_is_in_sync_and_advertises_its_address_is_back() -> None:
    between_brokers = {**EXPECTED, "REPLICATION": "wn0-kafka:9093"}
    known = advertising(between_brokers, partition((1, 2), 1), partition((2, 3), 1, away=(3,)))
    assert why_not_back(known, 1, EXPECTED) is None


@pytest.mark.parametrize(
    ("leader", "in_sync", "back"), [(None, (), True), (2, (), False), (2, (2,), False), (None, (2,), False)]
)
def test_only_an_offline_partition_whose_replicas_in_sync_are_away_is_not_waited_for(
    leader: int | None, in_sync: tuple[int, ...], back: bool
) -> None:
    known = advertising(EXPECTED, Partition("orders", 0, leader, (2, 1), in_sync, 1))
    assert (why_not_back(known, 1, EXPECTED) is None) == back


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (KafkaView(1, {}, ()), "Kafka lists no broker 1"),
        (advertising(None), "broker 1 does not answer Kafka's requests"),
        (
            advertising({"PLAINTEXT": "wn0-kafka:9092"}),
            "broker 1 advertises wn0-kafka:9092 for PLAINTEXT instead of 10.0.0.1:9092",
        ),
        (
            advertising({"PLAINTEXT": "10.0.0.1:9093"}),
            "broker 1 advertises 10.0.0.1:9093 for PLAINTEXT instead of 10.0.0.1:9092",
        ),
        (advertising({}), "broker 1 advertises nothing for PLAINTEXT instead of 10.0.0.1:9092"),
        (
            advertising(EXPECTED, partition((1, 2), 1, away=(1,)), partition((1, 2), 1, number=1)),
            "broker 1 is not in sync in orders-0",
        ),
    ],
)
def test_a_broker_is_not_back(known: KafkaView, said: str) -> None:
    assert why_not_back(known, 1, EXPECTED) == said


def test_what_is_advertised_otherwise_is_told_with_both_values() -> None:
    known = advertising({"PLAINTEXT": "wn0-kafka:9092"})
    assert advertised_otherwise(known, 1, EXPECTED) == {"PLAINTEXT": ("10.0.0.1:9092", "wn0-kafka:9092")}
    assert advertised_otherwise(known, 1, {}) == {}
    assert advertised_otherwise(advertising(None), 1, EXPECTED) == {}
