"""In which rounds brokers restart."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.replication.plan import rounds
from components.replication.safety import why_not_restart
from components.replication.view import BrokerView, KafkaView
from tests.unit.replication.layouts import by_turns, lower_bound, partition, spread, view, views

PAIRS = [partition((1, 2, 3), 2), partition((2, 3, 4), 2)]


def test_brokers_that_share_a_partition_go_one_after_the_other() -> None:
    assert rounds(view(*PAIRS, brokers=range(1, 5)), [1, 2, 3, 4], 4, canary=False) == [(2,), (3,), (1, 4)]


def test_of_three_brokers_any_two_may_go_and_not_all_three() -> None:
    three = view(partition((1, 2, 3), 1), brokers=(1, 2, 3))
    assert sorted(len(one) for one in rounds(three, [1, 2, 3], 3, canary=False)) == [1, 2]


def test_a_batch_of_one_makes_as_many_rounds_as_there_are_brokers() -> None:
    assert rounds(view(brokers=(1, 2, 3)), [1, 2, 3], 1) == [(2,), (3,), (1,)]


def test_the_controller_goes_last() -> None:
    assert rounds(view(brokers=(1, 2, 3), controller=2), [1, 2, 3], 1)[-1] == (2,)
    assert 2 in rounds(view(brokers=range(1, 6), controller=2), range(1, 6), 2, canary=False)[-1]


def test_the_first_healthy_broker_goes_alone_and_is_not_the_controller() -> None:
    assert rounds(view(brokers=range(1, 8)), range(1, 8), 3)[0] == (2,)
    assert rounds(view(brokers=(1,)), [1], 3) == [(1,)]
    assert rounds(view(brokers=(1, 2)), [1, 2], 3) == [(2,), (1,)]


def test_brokers_that_do_not_answer_go_before_the_first_healthy_one() -> None:
    down = view(partition((1, 2, 3), 2, away=(3,)), brokers=(1, 2, 3), away=(3,))
    assert rounds(down, [1, 2, 3], 3) == [(3,), (2,), (1,)]
    assert rounds(view(brokers=(1, 2)), [1, 2, 9], 3)[0] == (9,)


def test_a_broker_that_stays_away_leaves_the_others_less_to_spare() -> None:
    away = view(partition((1, 2, 3), 1, away=(3,)), brokers=(1, 2, 3), away=(3,))
    assert rounds(away, [1, 2], 2, canary=False) == [(2,), (1,)]


def test_where_nothing_can_be_spared_brokers_are_planned_one_at_a_time() -> None:
    """The plan stands for when it can be again: until then `why_not_restart` has each of them wait."""
    away = view(partition((1, 2, 3), 2, away=(3,)), brokers=(1, 2, 3), away=(3,))
    assert rounds(away, [1, 2], 2, canary=False) == [(2,), (1,)]


def test_rounds_that_may_go_now_come_before_those_that_have_to_wait() -> None:
    behind = view(partition((2, 3), 1, away=(2,)), brokers=range(1, 6))
    assert rounds(behind, [2, 3, 4, 5], 1) == [(2,), (4,), (5,), (3,)]


def test_nothing_to_restart_takes_no_round() -> None:
    assert rounds(view(brokers=(1, 2)), [], 3) == []


@given(views(), st.integers(1, 4), st.booleans())
def test_every_step_is_safe_and_every_broker_has_one(view: KafkaView, batch: int, canary: bool) -> None:
    planned = rounds(view, view.brokers, batch, canary)
    assert sorted(broker for one in planned for broker in one) == sorted(view.brokers)
    after: set[int] = set()
    for one in planned:
        assert len(one) <= batch
        assert why_not_restart(recovered(view, after), one) is None
        after.update(one)


@given(views(largest=30), st.integers(1, 30))
def test_every_step_is_safe_in_clusters_too_large_to_weigh_all_plans(view: KafkaView, batch: int) -> None:
    well = recovered(view, view.brokers)
    for one in rounds(well, well.brokers, batch):
        assert len(one) <= batch
        assert why_not_restart(well, one) is None


@given(views(), st.integers(1, 8))
def test_up_to_eight_brokers_take_one_round_more_than_the_best_plan_at_most(
    view: KafkaView, batch: int
) -> None:
    well = recovered(view, view.brokers)
    best = min(
        len(plan)
        for plan in partitions_of(sorted(well.brokers))
        if all(len(one) <= batch and why_not_restart(well, one) is None for one in plan)
    )
    assert len(rounds(well, well.brokers, batch, canary=False)) == best
    assert len(rounds(well, well.brokers, batch)) <= best + 1


@given(views(largest=30), st.integers(1, 30))
def test_larger_clusters_take_no_more_rounds_than_the_docstring_says(view: KafkaView, batch: int) -> None:
    well = recovered(view, view.brokers)
    shared: dict[int, set[int]] = {broker: set() for broker in well.brokers}
    for one in well.partitions:
        for broker in one.replicas:
            shared[broker].update({*one.replicas} - {broker})
    most = len(well.brokers) / batch + max(map(len, shared.values())) + 1
    assert len(rounds(well, well.brokers, batch, canary=False)) <= most


@pytest.mark.parametrize("lying", [spread, by_turns])
@pytest.mark.parametrize(
    ("brokers", "partitions", "replicas", "minimum"),
    [
        *((size, 15 * size, *kept) for size in (12, 20, 60) for kept in ((2, 1), (3, 1), (3, 2), (4, 2))),
        pytest.param(300, 10_000, 3, 2, marks=pytest.mark.thorough),
    ],
)
@pytest.mark.parametrize("batch", [2, 10])
def test_large_clusters_take_twice_the_lower_bound_at_most(
    lying: Callable[..., KafkaView], brokers: int, partitions: int, replicas: int, minimum: int, batch: int
) -> None:
    laid = lying(brokers, partitions, replicas, minimum, seed=brokers + batch)
    planned = rounds(laid, laid.brokers, batch, canary=False)
    assert sorted(broker for one in planned for broker in one) == sorted(laid.brokers)
    assert [one for one in planned if why_not_restart(laid, one)] == []
    assert len(planned) <= 2 * lower_bound(laid, batch)


def recovered(view: KafkaView, restarted: Collection[int]) -> KafkaView:
    """The view when these brokers have come back, and all replicas that answer are in sync."""
    brokers = {
        broker: BrokerView(broker, known.address, known.advertised or ({} if broker in restarted else None))
        for broker, known in view.brokers.items()
    }
    answering = {broker for broker, known in brokers.items() if known.answers}
    return replace(
        view,
        brokers=brokers,
        partitions=tuple(
            replace(one, in_sync=tuple(replica for replica in one.replicas if replica in answering))
            for one in view.partitions
        ),
    )


def partitions_of(brokers: list[int]) -> Iterator[list[tuple[int, ...]]]:
    """Every way to put brokers into rounds."""
    if not brokers:
        yield []
        return
    first, *rest = brokers
    for plan in partitions_of(rest):
        yield [(first,), *plan]
        for place, one in enumerate(plan):
            yield [*plan[:place], (first, *one), *plan[place + 1 :]]
