"""The arithmetic of a rollout: how many pods the old and the new ReplicaSets have next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.kubernetes.controllers.rollout import Limits, Replicas, recreate, rolling_update


@pytest.mark.parametrize(
    ("desired", "surge", "unavailable", "limits"),
    [
        (4, "25%", "25%", Limits(1, 1)),
        (3, "25%", "25%", Limits(1, 0)),
        (1, 0, "0%", Limits(0, 1)),
        (10, "15%", "15%", Limits(2, 1)),
        (2, 1, 5, Limits(1, 2)),
    ],
)
def test_percentages_round_up_for_surge_and_down_for_unavailability(desired, surge, unavailable, limits):
    assert Limits.of(desired, surge, unavailable) == limits


def test_a_rolling_update_without_unavailability_adds_one_before_it_takes_one():
    limits = Limits(1, 0)
    assert rolling_update(2, limits, Replicas(0, 0, 0), [Replicas(2, 2, 2)]) == (1, [2])
    assert rolling_update(2, limits, Replicas(1, 1, 0), [Replicas(2, 2, 2)]) == (1, [2])
    assert rolling_update(2, limits, Replicas(1, 1, 1), [Replicas(2, 2, 2)]) == (1, [1])
    assert rolling_update(2, limits, Replicas(1, 1, 1), [Replicas(1, 2, 2)]) == (2, [1])


def test_broken_old_pods_do_not_block_their_successors():
    # While the new pod isn't available either, no old one may be removed.
    assert rolling_update(2, Limits(1, 0), Replicas(1, 1, 0), [Replicas(2, 2, 1)]) == (1, [2])
    assert rolling_update(2, Limits(1, 0), Replicas(1, 1, 1), [Replicas(2, 2, 0)])[1] == [1]
    assert rolling_update(3, Limits(0, 1), Replicas(0, 0, 0), [Replicas(3, 3, 0)])[1] == [2]


@given(
    desired=st.integers(0, 8),
    surge=st.integers(0, 4),
    unavailable=st.integers(0, 4),
    old=st.integers(0, 8),
    broken=st.integers(0, 8),
)
def test_a_rolling_update_ends_and_keeps_to_its_limits(desired, surge, unavailable, old, broken):
    limits = Limits.of(desired, surge, unavailable)
    old_count, healthy = old, max(0, old - broken)
    new = 0
    minimum = min(desired - limits.unavailable, healthy)
    for _ in range(100):
        state = Replicas(new, new, new), [Replicas(old_count, old_count, min(healthy, old_count))]
        next_new, (next_old,) = rolling_update(desired, limits, *state)
        if (next_new, next_old) == (new, old_count):
            break
        assert next_new + next_old <= max(desired + limits.surge, new + old_count)
        healthy = min(healthy, next_old)
        new, old_count = next_new, next_old
        assert new + healthy >= minimum
    assert (new, old_count) == (desired, 0)


def test_recreating_waits_until_every_old_pod_is_gone():
    assert recreate(2, Replicas(0, 0, 0), [Replicas(2, 2, 2)], 2) == (0, [0])
    assert recreate(2, Replicas(0, 0, 0), [Replicas(0, 1, 0)], 1) == (0, [0])
    assert recreate(2, Replicas(0, 0, 0), [Replicas(0, 0, 0)], 0) == (2, [0])
