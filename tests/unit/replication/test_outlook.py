"""What an operator reads before brokers restart."""

from components.replication.outlook import outlook
from components.replication.view import Partition
from tests.unit.replication.layouts import view


def test_a_restart_of_a_healthy_cluster_is_told_as_its_order_alone() -> None:
    told = outlook(view(Partition("orders", 0, 1, (1, 2), (1, 2), 1), brokers=(1, 2)), [(2,), (1,)])
    assert (told.unavailable, told.under_replicated) == ([], [])
    assert told.order == ["2 (10.0.0.2)", "1 (10.0.0.1, controller)"]


def test_topics_that_a_restart_makes_unavailable_are_named_with_what_happens_to_their_clients() -> None:
    known = view(
        Partition("orders", 0, 1, (1,), (1,), 1),
        Partition("orders", 1, 2, (2,), (2,), 1),
        Partition("payments", 0, 1, (1, 2), (1, 2), 2),
        brokers=(1, 2, 3),
    )
    assert outlook(known, [(1, 2)]).unavailable == [
        "orders, partitions 0, 1: neither read nor written while the broker restarts that has the only "
        "replica",
        "payments, partition 0: not written with acks=all while one of the brokers restarts, having no more "
        "replicas than min.insync.replicas (2)",
    ]
    assert outlook(known, [(3,)]).unavailable == []


def test_partitions_that_lack_replicas_are_told_by_topic() -> None:
    known = view(
        Partition("orders", 0, 1, (1, 2), (1,), 1),
        Partition("orders", 3, 1, (1, 3), (1,), 1),
        brokers=(1, 2, 3),
    )
    assert outlook(known, [(2,)]).under_replicated == ["orders, partitions 0, 3: not in sync on 2, 3"]


def test_of_many_topics_the_first_are_told_and_the_others_counted() -> None:
    known = view(
        *(Partition(f"topic-{number:02}", 0, 1, (1,), (1,), 1) for number in range(30)), brokers=(1,)
    )
    told = outlook(known, [(1,)]).unavailable
    assert len(told) == 21
    assert told[-1] == "and 10 more"
