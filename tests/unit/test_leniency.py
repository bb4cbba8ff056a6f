"""Rules that came later warn a stack that stands, and what is worth a word is said at preview."""

import json
from typing import Any

import pytest

from components.settings import Settings, WrongSettings
from components.settings.validation.leniency import Made
from tests.unit.configurations import BESIDE_THEIR_NETWORK, REQUIRED
from tests.unit.existing_site import in_shop
from tests.unit.ssh_keys import KEY

LATER = [
    (Made.KAFKA, {"sshUser": "ssh-user"}, "sshUser"),
    (Made.KAFKA, {"ambariUser": "a"}, "ambariUser"),
    (Made.KAFKA, {"ambariPassword": "Because-Horse-7"}, "ambariPassword"),
    (Made.KAFKA, {"sshPublicKey": KEY[:370]}, "sshPublicKey"),
    (Made.AKS, {"aksNodeCount": 2, "aksMaxPods": 14}, "aksMaxPods"),
    (Made.NETWORKS, {"ambariSourceRanges": ["203.0.113.0"]}, "ambariSourceRanges[0]"),
    (Made.NETWORKS, {"appSourceRanges": ["64.0.0.0/2"]}, "appSourceRanges[0]"),
    (Made.APP, {"appSourceRanges": ["127.0.0.0/8"]}, "appSourceRanges[0]"),
    (
        Made.APP,
        {"topics": [{"name": "a", "config": {"max.message.bytes": 100_000}}]},
        "topic",
    ),
    (Made.APP, {"topics": [{"name": "a", "partitions": True}]}, "topics[0].partitions"),
    (Made.APP, {"hdinsightNetwork": in_shop("brokers", subnet="kafka")}, "ambariSourceRanges"),
]
"""A type of resource, settings that a stack with one may have, and the setting that a new stack may not."""

CALLERS = (Made.NETWORKS, Made.APP)
"""Both have source ranges."""


def parse(changes: dict[str, Any], standing: tuple[str, ...] = ()) -> tuple[Settings, list[str]]:
    values = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in {**REQUIRED, **changes}.items()
    }
    said: list[str] = []
    settings = Settings.parse(
        values,
        {"ambariPassword"},
        stack="test",
        standing={type_: {} for type_ in standing},
        warn=said.append,
    )
    return settings, said


@pytest.mark.parametrize(("made", "changes", "setting"), LATER)
def test_a_rule_that_came_later_refuses_a_new_stack(
    made: Made, changes: dict[str, Any], setting: str
) -> None:
    others = tuple(set(Made) - {made} - ({Made.NETWORKS, Made.APP} if made in CALLERS else set()))
    for standing in ((), others):
        with pytest.raises(WrongSettings) as raised:
            parse(changes, standing)
        assert [mistake.setting for mistake in raised.value.mistakes] == [setting]


@pytest.mark.parametrize(("made", "changes", "setting"), LATER)
def test_a_rule_that_came_later_warns_a_stack_that_stands(
    made: Made, changes: dict[str, Any], setting: str
) -> None:
    _, [said] = parse(changes, (made,))
    assert f"- {setting}" in said
    assert "would be refused for a new stack" in said


def test_what_is_wrong_besides_stops_a_stack_that_stands_too() -> None:
    with pytest.raises(WrongSettings) as raised:
        parse({"sshUser": "ssh-user", "kafkaWorkers": 2}, (Made.KAFKA,))
    assert [mistake.setting for mistake in raised.value.mistakes] == ["kafkaWorkers"]


def test_a_region_that_is_named_as_regions_are_may_be_a_new_one() -> None:
    settings, [said] = parse({"location": "denmarkwest"})
    assert settings.location == "denmarkwest"
    assert "denmarkeast" in said
    assert "az account list-locations" in said


@pytest.mark.parametrize(
    ("subnet", "workers", "tight"),
    [
        ("10.10.0.0/28", 3, "/27"),
        ("10.10.0.0/28", 4, "/27"),
        ("10.10.0.0/27", 3, ""),
        ("10.10.0.0/27", 15, "/26"),
    ],
)
def test_a_subnet_into_which_a_kafka_cluster_only_just_fits_is_worth_a_word(
    subnet: str, workers: int, tight: str
) -> None:
    _, said = parse({"hdinsightSubnet": subnet, "kafkaWorkers": workers})
    assert [f"a range of {tight} or larger" in text.lower() for text in said] == [True] * bool(tight)


def test_a_hash_in_the_password_is_worth_a_word_without_showing_it() -> None:
    _, [said] = parse({"ambariPassword": "Correct#Horse-7"})
    assert "`#`" in said
    assert "Correct" not in said


def test_an_existing_cluster_s_user_and_password_are_taken_as_they_are() -> None:
    existing = {
        "kafka": in_shop("brokers"),
        **dict.fromkeys(("kafkaClusterName", "storageAccountName", "sshPublicKey"), ""),
        "ambariSourceRanges": [],
        "aksApiSourceRanges": ["203.0.113.7/32"],
    }
    for user in ("svc-kafka", "anna@contoso.com", "x"):
        settings, said = parse({**existing, "ambariUser": user, "ambariPassword": "don't.panic`"})
        assert (settings.ambari_user, said) == (user, [])


def test_a_new_cluster_beside_an_existing_network_needs_no_callers_of_ambari() -> None:
    network = {"hdinsightNetwork": in_shop("brokers", subnet="kafka")}
    values = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in {**BESIDE_THEIR_NETWORK, **network}.items()
    }
    assert Settings.parse(values, {"ambariPassword"}, stack="test").ambari_source_ranges == ()
