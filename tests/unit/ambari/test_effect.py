"""One line says what a preview's update of IpAdvertising will do to the brokers."""

import pytest

from components.ambari.effect import EFFECT, effect
from components.ambari.resource import IpAdvertisingProvider
from tests.unit.ambari.test_resource import INPUTS

PLAN = ["wn1-kafka.internal", "wn2-kafka.internal", "wn0-kafka.internal"]


@pytest.mark.parametrize(
    ("options", "seen", "line"),
    [
        ({}, {"plan": PLAN}, "3 brokers restart, one at a time: wn1-kafka, wn2-kafka, wn0-kafka"),
        ({"unit": "rack"}, {"plan": PLAN[:2]}, "2 brokers restart, one rack at a time: wn1-kafka, wn2-kafka"),
        (
            {"restart": "all-at-once"},
            {"plan": PLAN[1:]},
            "2 brokers restart, all at once: wn2-kafka, wn0-kafka",
        ),
        ({}, {"plan": PLAN[:1]}, "1 broker restarts: wn1-kafka"),
        (
            {},
            {"plan": PLAN[:2], "order": ["1001", "1002 (10.0.0.12, controller)"]},
            "2 brokers restart, one at a time: wn1-kafka, wn2-kafka (controller last)",
        ),
        (
            {"batch": 3},
            {"plan": PLAN, "order": ["1001", "1002, 1003"], "unavailable": [f"t{n}, x" for n in range(7)]},
            "3 brokers restart, up to 3 at a time: wn1-kafka, wn2-kafka, wn0-kafka (controller last); "
            "clients notice it on t0, t1, t2, t3, t4 and 2 more",
        ),
        ({}, {"interrupted": "x"}, "what an interrupted run began is finished"),
        (
            {},
            {"plan": PLAN[:1], "interrupted": "x"},
            "1 broker restarts: wn1-kafka; what an interrupted run began is finished",
        ),
    ],
)
def test_the_line_names_the_brokers_in_their_order(
    options: dict[str, object], seen: dict[str, object], line: str
) -> None:
    assert effect({**INPUTS, **options}, seen) == {EFFECT: line}


@pytest.mark.parametrize("seen", [{"plan": []}, {"plan": [], "interrupted": ""}])
def test_where_nothing_is_to_be_done_there_is_no_line(seen: dict[str, object]) -> None:
    assert effect(INPUTS, seen) == {}


@pytest.mark.parametrize(
    ("options", "pace"),
    [
        ({}, "one at a time"),
        ({"unit": "rack"}, "one rack at a time"),
        ({"restart": "all-at-once"}, "all at once"),
    ],
)
def test_before_anybody_has_looked_it_says_which_brokers_would_restart(
    options: dict[str, object], pace: str
) -> None:
    line = f"brokers that do not advertise their address yet restart, {pace}"
    assert effect({**INPUTS, **options}, {}) == {EFFECT: line}


def test_a_preview_shows_it_and_it_makes_no_difference_afterwards() -> None:
    provider = IpAdvertisingProvider()
    announced = provider.check({"plan": PLAN}, INPUTS).inputs
    assert announced[EFFECT].startswith("3 brokers restart")
    assert announced["plan"] == []
    done = {**provider.check({}, INPUTS).inputs, "plan": []}
    assert EFFECT not in provider.check(announced, INPUTS).inputs
    assert not provider.diff("id", done, provider.check(announced, INPUTS).inputs).changes
