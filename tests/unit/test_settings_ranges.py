"""The rules of address ranges, and the ranges that their messages suggest."""

import json
from ipaddress import IPv4Network
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.settings.values import addresses
from tests.unit.stack_settings import mistakes, only_mistake, parse


def test_subnet_has_room_for_all_nodes_that_may_come() -> None:
    most = {"aksPodNetwork": "flat", "aksNodeCount": "2", "aksMaxNodeCount": "20"}
    rule = only_mistake(**most, aksSubnet="10.20.0.0/23").rule
    assert "687 addresses" in rule
    assert "22 nodes, 2 of them for upgrades" in rule


def test_address_space_is_one_range_or_several() -> None:
    one, two = IPv4Network("10.10.0.0/16"), IPv4Network("192.168.0.0/20")
    assert parse(hdinsightAddressSpace="10.10.0.0/16").hdinsight_address_space == (one,)
    assert parse(hdinsightAddressSpace='["10.10.0.0/16"]').hdinsight_address_space == (one,)
    both = parse(hdinsightAddressSpace='["10.10.0.0/16", "192.168.0.0/20"]', hdinsightSubnet="192.168.0.0/24")
    assert both.hdinsight_address_space == (one, two)


def test_each_range_of_an_address_space_keeps_to_the_rules() -> None:
    ranges = ["10.10.0.0/16", "8.8.0.0/16", "10.10.4.0/24", "ten", "10.40.0.1/16"]
    assert [
        (mistake.setting, mistake.value, mistake.rule.partition(":")[0])
        for mistake in mistakes(hdinsightAddressSpace=json.dumps(ranges))
    ] == [
        ("hdinsightAddressSpace[1]", "8.8.0.0/16", "must lie within private address space"),
        (
            "hdinsightAddressSpace[2]",
            "10.10.4.0/24",
            "must not overlap hdinsightAddressSpace[0], 10.10.0.0/16",
        ),
        ("hdinsightAddressSpace[3]", "ten", "must be a range in CIDR notation"),
        ("hdinsightAddressSpace[4]", "10.40.0.1/16", "must be a range in CIDR notation"),
    ]


def test_no_range_overlaps_any_of_another_address_space() -> None:
    ranges = {"hdinsightAddressSpace": '["10.10.0.0/16", "10.20.0.0/20"]'}
    assert [(mistake.setting, mistake.rule.partition(":")[0]) for mistake in mistakes(**ranges)] == [
        ("aksAddressSpace", "must not overlap hdinsightAddressSpace[1], 10.20.0.0/20")
    ]
    ranges = {"aksAddressSpace": '["10.20.0.0/16", "10.30.64.0/20"]'}
    assert "aksAddressSpace[1], 10.30.64.0/20" in only_mistake(**ranges).rule


@pytest.mark.parametrize(
    "ranges", [["10.20.0.0/16", "10.20.0.0/20"], ["10.20.0.0/16", "10.10.8.0/24"], ["10.20.0.0/16", "ten"]]
)
def test_range_suggested_for_a_list_is_right(ranges: list[str]) -> None:
    mistake = only_mistake(aksAddressSpace=json.dumps(ranges))
    assert mistake.setting == "aksAddressSpace[1]"
    corrected = parse(aksAddressSpace=json.dumps([ranges[0], mistake.right]))
    assert corrected.aks_address_space[1] == IPv4Network(mistake.right)


def test_suggested_range_is_right() -> None:
    suggested = only_mistake(serviceCidr="10.20.0.0/16").right
    assert parse(serviceCidr=suggested).service_cidr == IPv4Network(suggested)
    assert only_mistake(ambariSourceRanges='["203.0.113.7/24"]').right == "203.0.113.0/24"


def test_pod_range_matters_to_an_overlay_only() -> None:
    assert parse(podCidr="10.20.0.0/16", aksPodNetwork="flat").pod_cidr == IPv4Network("10.20.0.0/16")
    assert "aksAddressSpace" in only_mistake(podCidr="10.20.0.0/16", aksPodNetwork="overlay").rule
    assert "/24 for each of 3 nodes" in only_mistake(podCidr="10.40.0.0/23", aksPodNetwork="overlay").rule
    # Pods of an overlay take no addresses of the subnet.
    assert "98 addresses" in only_mistake(aksSubnet="10.20.0.0/26", aksPodNetwork="flat").rule
    assert parse(aksSubnet="10.20.0.0/28", aksPodNetwork="overlay").aks_subnet.prefixlen == 28


RANGES = ("hdinsightAddressSpace", "aksAddressSpace", "serviceCidr", "podCidr")


private_ranges = st.builds(
    lambda space, prefix, place: list(space.subnets(new_prefix=prefix))[
        place % 2 ** (prefix - space.prefixlen)
    ],
    st.sampled_from(
        [IPv4Network("10.0.0.0/10"), IPv4Network("172.16.0.0/12"), IPv4Network("192.168.0.0/16")]
    ),
    st.integers(16, 20),
    st.integers(min_value=0),
)


spaces = st.lists(private_ranges, min_size=1, max_size=2)


@given(spaces, spaces, private_ranges, private_ranges)
def test_ranges_are_taken_exactly_when_they_are_apart(
    hdinsight: list[IPv4Network], aks: list[IPv4Network], services: IPv4Network, pods: IPv4Network
) -> None:
    given_ranges = (*hdinsight, *aks, services, pods)
    values = {
        "hdinsightAddressSpace": json.dumps([str(range_) for range_ in hdinsight]),
        "hdinsightSubnet": str(next(hdinsight[-1].subnets(new_prefix=24))),
        "aksAddressSpace": json.dumps([str(range_) for range_ in aks]),
        "aksSubnet": str(next(aks[-1].subnets(new_prefix=24))),
        "serviceCidr": str(services),
        "podCidr": str(pods),
        "aksPodNetwork": "overlay",
    }
    apart = not any(one.overlaps(other) for one, other in combinations(given_ranges, 2))
    reserved = [(range_, taken) for range_ in (*aks, services, pods) for taken in addresses.TAKEN_BY_AKS]
    free = not any(range_.overlaps(taken) for range_, taken in reserved)
    if apart and free:
        assert parse(**values).hdinsight_address_space == tuple(hdinsight)
    else:
        assert {mistake.setting.partition("[")[0] for mistake in mistakes(**values)} <= set(RANGES)


@given(st.integers(8, 28), st.lists(private_ranges, max_size=5))
def test_range_called_free_is_free(prefix_length: int, taken: list[IPv4Network]) -> None:
    free = addresses.free_range(prefix_length, taken)
    if free is not None:
        assert free.prefixlen == prefix_length
        assert not any(free.overlaps(other) for other in taken)


@given(st.integers(3, 1000))
def test_suggested_subnet_holds_the_nodes(workers: int) -> None:
    values = {"hdinsightAddressSpace": "10.0.0.0/16", "kafkaWorkers": str(workers), "aksNodeCount": "1"}
    mistake = only_mistake(**values, hdinsightSubnet="10.0.0.0/29")
    prefix = mistake.right.removeprefix("a range of /").removesuffix(" or larger")
    assert parse(**values, hdinsightSubnet=f"10.0.0.0/{prefix}").kafka_workers == workers
