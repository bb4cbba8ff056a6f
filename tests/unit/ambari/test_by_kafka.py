"""Who restarts when, and who is back, by what Kafka says of the brokers that Ambari knows."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from components.ambari.api.model import INSTALLED, STARTED, Broker
from components.ambari.configuration.listeners import parse_listeners
from components.ambari.rolling_restart.by_kafka import (
    advertising_otherwise,
    expected,
    planned,
    proven,
    silent,
    why_not_back,
    why_not_now,
)
from components.replication.view import BrokerView, KafkaView, Partition

LISTENERS = expected(parse_listeners({"listeners": "PLAINTEXT://0.0.0.0:9092"}))


def broker(number: int, state: str = STARTED, stale: bool = True, rack: str = "/r") -> Broker:
    return Broker(f"wn{number}.internal", f"10.0.0.{number}", rack, state, stale)


def view(
    *numbers: int, partitions: Sequence[Sequence[int]] = (), controller: int | None = None, minimum: int = 1
) -> KafkaView:
    """Kafka of these brokers, each of which advertises its address, and is in sync."""
    brokers = {
        number: BrokerView(number, f"10.0.0.{number}", {"PLAINTEXT": f"10.0.0.{number}:9092"})
        for number in numbers
    }
    told = [
        Partition("orders", place, replicas[0], tuple(replicas), tuple(replicas), minimum)
        for place, replicas in enumerate(partitions)
    ]
    return KafkaView(controller, brokers, tuple(told))


def shown(plan: list[list[Broker]]) -> list[list[int]]:
    return [[int(one.ip.rpartition(".")[2]) for one in part] for part in plan]


def test_the_controller_is_last_one_by_one() -> None:
    brokers = [broker(number) for number in (1, 2, 3)]
    assert shown(planned(view(1, 2, 3, controller=1), brokers, "broker", 1, True)) == [[2], [3], [1]]


def test_who_does_not_run_or_answer_goes_first_whatever_the_batch() -> None:
    known = view(1, 5, controller=5)
    mute = BrokerView(4, "10.0.0.4", None)
    known = replace(known, brokers={**known.brokers, 4: mute})
    brokers = [broker(1), broker(2, INSTALLED), broker(3, INSTALLED), broker(4), broker(5)]
    assert shown(planned(known, brokers, "broker", 3, True)) == [[2, 3], [4], [1], [5]]
    assert [one.ip for one in silent(known, brokers)] == ["10.0.0.4"]


def test_who_answers_kafka_is_not_down_whatever_ambari_says_and_goes_before_those_it_sees() -> None:
    known = view(1, 2, 3, partitions=[[1, 2, 3]], minimum=2)
    brokers = [broker(1), broker(2, "UNKNOWN"), broker(3, "UNKNOWN")]
    assert shown(planned(known, brokers, "broker", 3, False)) == [[2], [3], [1]]


def test_those_without_a_flag_go_before_others_but_not_the_controller() -> None:
    brokers = [broker(1), broker(2, stale=False), broker(3, stale=False)]
    assert shown(planned(view(1, 2, 3, controller=2), brokers, "broker", 1, True)) == [[3], [1], [2]]


def test_the_canary_of_those_without_a_flag_serves_for_the_others_too() -> None:
    brokers = [broker(1), broker(2), broker(3, stale=False), broker(4, stale=False)]
    plan = shown(planned(view(1, 2, 3, 4), brokers, "broker", 2, True))
    assert [sorted(one) for one in plan] in ([[3], [4], [1, 2]], [[4], [3], [1, 2]])


def test_batches_hold_no_two_that_a_partition_needs() -> None:
    known = view(1, 2, 3, 4, partitions=[[1, 2], [3, 4]])
    plan = shown(planned(known, [broker(number) for number in (1, 2, 3, 4)], "broker", 2, False))
    assert sorted(map(sorted, plan)) in ([[1, 3], [2, 4]], [[1, 4], [2, 3]])


def test_a_rack_goes_after_the_other_split_where_it_must_and_the_controller_s_last() -> None:
    brokers = [broker(number, rack=f"/r{number % 2}") for number in (1, 2, 3, 4)]
    known = view(1, 2, 3, 4, partitions=[[1, 3]], controller=2)
    assert shown(planned(known, brokers, "rack", 1, False)) == [[1], [3], [2, 4]]


def test_all_at_once_is_one_round() -> None:
    brokers = [broker(number) for number in (1, 2)]
    assert shown(planned(view(1, 2, partitions=[[1, 2]]), brokers, "all", 1, True)) == [[1, 2]]


def test_a_broker_that_a_partition_needs_may_not_go_and_the_partition_is_named() -> None:
    known = view(1, 2, partitions=[[1, 2]], minimum=2)
    assert why_not_now(known, [broker(1)]) is None
    behind = replace(known, partitions=(replace(known.partitions[0], in_sync=(1,)),))
    why = why_not_now(behind, [broker(1)])
    assert why is not None
    assert why.startswith("Kafka says that without broker 1 orders-0 would have 0 of its 2 replicas in sync")


def test_who_can_t_be_told_from_one_that_answers_may_not_go() -> None:
    nameless = BrokerView(9, "", {"PLAINTEXT": "somewhere:9092"})
    known = view(1)
    assert why_not_now(known, [broker(2)]) is None
    known = replace(known, brokers={**known.brokers, 9: nameless})
    assert why_not_now(known, [broker(2)]) == (
        "which of Kafka's brokers wn2 (10.0.0.2) is can't be told: broker 9 may be anywhere"
    )


def test_back_is_who_is_listed_in_sync_and_advertises_its_address() -> None:
    known = view(1, 2, partitions=[[1, 2]])
    assert why_not_back(known, [broker(1), broker(2)], LISTENERS) is None
    assert why_not_back(known, [broker(3)], LISTENERS) == "Kafka lists no broker at 10.0.0.3"
    behind = replace(known, partitions=(replace(known.partitions[0], in_sync=(1,)),))
    assert (
        why_not_back(behind, [broker(2)], LISTENERS) == "Kafka says that broker 2 is not in sync in orders-0"
    )
    named = replace(known, brokers={**known.brokers, 2: BrokerView(2, "10.0.0.2", {"PLAINTEXT": "wn2:9092"})})
    assert why_not_back(named, [broker(2)], LISTENERS) == (
        "Kafka says that broker 2 advertises wn2:9092 for PLAINTEXT instead of 10.0.0.2:9092"
    )
    assert [str(one) for one in advertising_otherwise(named, [broker(1), broker(2)], LISTENERS)] == [
        "wn2:9092 for PLAINTEXT instead of 10.0.0.2:9092"
    ]


@pytest.mark.parametrize(
    ("asked", "answer"), [([1], True), ([1, 2], False), ([1, 3], None), ([3], None), ([], None)]
)
def test_proven_is_only_what_every_broker_says(asked: list[int], answer: bool | None) -> None:
    known = view(1, 2)
    known = replace(known, brokers={**known.brokers, 2: BrokerView(2, "10.0.0.2", {"PLAINTEXT": "wn2:9092"})})
    assert proven(known, [broker(number) for number in asked], LISTENERS) is answer


def test_nothing_is_expected_of_listeners_that_somebody_gave_a_host_or_that_only_brokers_use() -> None:
    listeners = parse_listeners(
        {
            "listeners": "SSL://localhost:9093,PLAINTEXT://10.9.9.9:9092,INSIDE://0.0.0.0:9091",
            "listener.security.protocol.map": "SSL:SSL,PLAINTEXT:PLAINTEXT,INSIDE:PLAINTEXT",
            "inter.broker.listener.name": "INSIDE",
        }
    )
    assert expected(listeners)(broker(1)) == {"SSL": "10.0.0.1:9093"}
    assert expected(None)(broker(1)) == {}
