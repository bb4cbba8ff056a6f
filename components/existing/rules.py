"""Whether what is to be made goes together with what exists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import combinations, product
from typing import TYPE_CHECKING

from pydantic_core import PydanticCustomError

from ..address_space import by_name
from ..addresses import AKS_PLANNING, PEERINGS, free_range, room_for_aks, room_for_hdinsight
from ..mistakes import Mistake, broken_rules
from ..settings import Settings
from .network import ExistingNetwork, ExistingPeering

if TYPE_CHECKING:
    from .found import Found

_HDINSIGHT, _AKS, _SERVICES, _PODS = "HDInsight's network", "AKS's network", "Services", "pods"


def mistakes_beside(settings: Settings, found: Found) -> list[Mistake]:
    """Settings that what exists leaves no room for."""
    claims = list(_claims(settings, found))
    across = _peers_of(found) if settings.peering else []
    taken = [claim.range for claim in [*claims, *across]]
    return [
        *_clashes(claims, taken),
        *_clashes_with_peers(claims, across, taken),
        *(_peered_already(found) if settings.peering else ()),
        *_regions(settings, found),
        *_small_subnets(settings, found),
        *_topics(settings, found),
    ]


@dataclass(frozen=True)
class _Claim:
    """A range that somebody has. `setting` is where it can be changed, or where it was adopted."""

    of: str
    setting: str
    what: str
    range: IPv4Network
    exists: bool

    def clash(self, other: _Claim, taken: list[IPv4Network]) -> Mistake:
        """The mistake in ours, if it is; else in which of those that exist were chosen."""
        rule = f"must not overlap {other.what}, {other.range}"
        networks = {self.of, other.of} <= {_HDINSIGHT, _AKS}
        right = "others" if self.exists else str(free_range(self.range.prefixlen, taken) or "")
        return Mistake(self.setting, str(self.range), rule, PEERINGS if networks else AKS_PLANNING, right)


def _claims(settings: Settings, found: Found) -> Iterator[_Claim]:
    """Every range that can be told from others only if nobody else has it."""
    if found.hdinsight_network:
        setting = "kafka.existing" if found.kafka else "hdinsightNetwork.existing"
        yield from _claims_of(_HDINSIGHT, setting, found.hdinsight_network)
    else:
        for name, space in by_name("hdinsightAddressSpace", settings.hdinsight_address_space).items():
            yield _Claim(_HDINSIGHT, name, name, space, exists=False)
    if found.aks_network:
        setting = "aks.existing" if found.aks else "aksNetwork.existing"
        yield from _claims_of(_AKS, setting, found.aks_network)
    else:
        for name, space in by_name("aksAddressSpace", settings.aks_address_space).items():
            yield _Claim(_AKS, name, name, space, exists=False)
    if found.aks:
        whose = f"of AKS cluster {found.aks.named}"
        for range_ in found.aks.service_ranges:
            yield _Claim(_SERVICES, "aks.existing", f"the Services {whose}", range_, exists=True)
        for range_ in found.aks.pod_ranges:
            yield _Claim(_PODS, "aks.existing", f"the pods {whose}", range_, exists=True)
    else:
        yield _Claim(_SERVICES, "serviceCidr", "serviceCidr", settings.service_cidr, exists=False)
        if settings.aks_pod_network == "overlay":
            yield _Claim(_PODS, "podCidr", "podCidr", settings.pod_cidr, exists=False)


def _claims_of(of: str, setting: str, network: ExistingNetwork) -> Iterator[_Claim]:
    for space in network.address_space:
        yield _Claim(of, setting, f"the network {network.name} of {setting}", space, exists=True)


def _peers_of(found: Found) -> list[_Claim]:
    """What either network is peered with already: Azure peers none with two that overlap each other.

    Each as a claim of the side that would be new to that network.
    """
    sides = (
        (_HDINSIGHT, found.aks_network, found.hdinsight_network),
        (_AKS, found.hdinsight_network, found.aks_network),
    )
    return [
        _Claim(of, "", f"what {network.name} is peered with already ({peering.name})", space, exists=True)
        for of, network, other in sides
        if network
        for peering in network.peerings
        if not _leads_to(peering, other)
        for space in peering.ranges
    ]


def _peered_already(found: Found) -> Iterator[Mistake]:
    """Azure takes no second peering between the same two networks."""
    one, other = found.hdinsight_network, found.aks_network
    for peering in one.peerings if one else ():
        if one and other and _leads_to(peering, other):
            rule = f"must be false: {one.name} and {other.name} are peered already ({peering.name})"
            yield Mistake("peering", True, rule, PEERINGS, "false")


def _leads_to(peering: ExistingPeering, network: ExistingNetwork | None) -> bool:
    return network is not None and peering.remote_id.lower() == network.id.lower()


def _clashes(claims: list[_Claim], taken: list[IPv4Network]) -> Iterator[Mistake]:
    """Pairs that are both ours were compared before; both AKS's that exist are AKS's own business."""
    for one, other in combinations(claims, 2):
        known = one.exists and other.exists and _HDINSIGHT not in (one.of, other.of)
        ours = not one.exists and not other.exists
        if one.of != other.of and not known and not ours and one.range.overlaps(other.range):
            wrong, right = (other, one) if one.exists and not other.exists else (one, other)
            yield wrong.clash(right, taken)


def _clashes_with_peers(
    claims: list[_Claim], peers: list[_Claim], taken: list[IPv4Network]
) -> Iterator[Mistake]:
    for claim, peer in product(claims, peers):
        if claim.of == peer.of and claim.range.overlaps(peer.range):
            yield claim.clash(peer, taken)


def _regions(settings: Settings, found: Found) -> Iterator[Mistake]:
    """Clusters are made in the region of their network."""
    made_in = (
        ("HDInsight", found.hdinsight_network if not found.kafka else None),
        ("AKS", found.aks_network if not found.aks else None),
    )
    for what, network in made_in:
        region = network.location.lower().replace(" ", "") if network else settings.location
        if network and region != settings.location:
            rule = f"must be the region of {network.name}, where {what} goes"
            yield Mistake("location", settings.location, rule, "", region)


def _small_subnets(settings: Settings, found: Found) -> Iterator[Mistake]:
    """Subnets that exist and can't hold what is to be made in them."""
    if found.hdinsight_network and not found.kafka:
        for subnet in found.hdinsight_network.subnet:
            yield from _held(
                "hdinsightNetwork.existing", subnet, lambda it: room_for_hdinsight(it, settings.kafka_workers)
            )
    if found.aks_network and not found.aks:
        nodes = max(settings.aks_node_count, settings.aks_max_node_count)
        pods = settings.aks_max_pods if settings.aks_pod_network == "flat" else 0
        for subnet in found.aks_network.subnet:
            yield from _held("aksNetwork.existing", subnet, lambda it: room_for_aks(it, nodes, pods))


def _held(setting: str, subnet: IPv4Network, rule: Callable[[IPv4Network], object]) -> list[Mistake]:
    try:
        rule(subnet)
    except PydanticCustomError as error:
        return [Mistake(setting, str(subnet), **broken) for broken in broken_rules(error)]
    return []


def _topics(settings: Settings, found: Found) -> Iterator[Mistake]:
    """Kafka keeps one copy at most on each broker."""
    for index, topic in enumerate(settings.topics):
        if found.kafka and topic.replication_factor > found.kafka.workers:
            rule = f"must be at most {found.kafka.workers}, as many brokers as {found.kafka.name} has"
            yield Mistake(
                f"topics[{index}].replicationFactor",
                topic.replication_factor,
                rule,
                "",
                str(min(3, found.kafka.workers)),
            )
