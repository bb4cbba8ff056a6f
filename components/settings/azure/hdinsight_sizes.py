"""Rules for VM sizes of HDInsight's nodes, from HDInsight's own lists of two regions.

HDInsight offers other sizes in other regions and years: a size that neither list has is worth a warning. What
each list that has it takes out for a kind of node is refused.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import ValidationInfo
from pydantic.alias_generators import to_camel

from .. import recorded
from ..validation import leniency
from ..validation.leniency import Made
from ..validation.mistakes import HDINSIGHT_DOC, broken
from .vm_sizes import has_arm_processors, name

LISTS = ("hdinsight-eastus", "hdinsight-eastasia")
SOURCE = "https://learn.microsoft.com/rest/api/hdinsight/locations/list-billing-specs"
NODES = f"{HDINSIGHT_DOC}/hdinsight-supported-node-configuration"
_API_VERSION = "2024-08-01-preview"


class Role(StrEnum):
    """The kinds of nodes of a Kafka cluster, as HDInsight calls them."""

    HEAD = "headnode"
    WORKER = "workernode"
    ZOOKEEPER = "zookeepernode"


SHOWN = {Role.HEAD: "head nodes", Role.WORKER: "worker nodes", Role.ZOOKEEPER: "ZooKeeper nodes"}
ADVISED = {Role.HEAD: "Standard_E4_V3", Role.WORKER: "Standard_E4_V3", Role.ZOOKEEPER: "Standard_A4_V2"}
"""What the lists have as the default for Kafka."""


@dataclass(frozen=True)
class Offer:
    """What HDInsight offered in a region on a day. Sizes are in lower case, without `Standard_`."""

    location: str
    day: date
    disks: Mapping[str, int | None]
    """By size, the most data disks; None where the list doesn't say."""
    excluded: Mapping[str, frozenset[str]]
    """By role, the sizes that are in the list and not for that role."""

    def __str__(self) -> str:
        return f"{self.location} ({self.day:%B %Y})"

    def allows(self, size: str, role: Role) -> bool:
        """Whether nodes of that role may have the size."""
        return size in self.disks and size not in self.excluded[role]


def for_role(role: Role) -> Callable[[str, ValidationInfo], str]:
    """The rule for the VM size of HDInsight's nodes of a role."""

    def check(value: str, info: ValidationInfo) -> str:
        if has_arm_processors(name(value)):
            rule = "must be a VM size with x64 processors, which HDInsight's software is built for"
            raise broken(rule, source=NODES, right=ADVISED[role])
        if value.startswith("Basic_") or _short(value).startswith("b"):
            rule = "must be a VM size that HDInsight offers: none of the series Basic or B"
            raise broken(rule, source=NODES, right=ADVISED[role])
        _is_offered(value, role, str(info.field_name), info.data.get("location", "LOCATION"))
        return value

    return check


def most_disks(size: str) -> int | None:
    """The most data disks that HDInsight gives a VM of that size; None where no list says."""
    said = [disks for offer in offers() if (disks := offer.disks.get(_short(size))) is not None]
    return max(said, default=None)


def room_for_disks(disks: int, size: str) -> int:
    """The rule that HDInsight gives a VM of that size so many data disks."""
    most = most_disks(size)
    if most is not None and disks > most:
        rule = f"must be at most {most}, the data disks that HDInsight gives kafkaWorkerSize, {size}"
        leniency.refuse(rule, unless=Made.KAFKA, source=SOURCE, right=str(most))
    return disks


@functools.cache
def offers() -> tuple[Offer, ...]:
    """What HDInsight was recorded to offer."""
    return tuple(_offer(recorded.read(file)) for file in LISTS)


def _is_offered(value: str, role: Role, setting: str, location: str) -> None:
    size = _short(value)
    having = [offer for offer in offers() if size in offer.disks]
    allowing = [offer for offer in having if offer.allows(size, role)]
    if having and not allowing:
        lists = " and ".join(map(str, having))
        rule = (
            f"must be a VM size that HDInsight offers for {SHOWN[role]} of Kafka, unlike {value} in {lists}"
        )
        leniency.refuse(rule, unless=Made.KAFKA, source=SOURCE, right=ADVISED[role])
    elif len(allowing) < len(LISTS) and leniency.standing(Made.KAFKA) is None:
        lacking = " or ".join(str(offer) for offer in offers() if offer not in allowing)
        _warn(f"{to_camel(setting)} = {value}: HDInsight was not seen to offer it in {lacking}.", location)


def _warn(text: str, location: str) -> None:
    url = f"/subscriptions/{{subscriptionId}}/providers/Microsoft.HDInsight/locations/{location}/billingSpecs"
    command = f'az rest --url "{url}?api-version={_API_VERSION}" --query vmSizes --output tsv'
    leniency.advise(f"{text} What {location} has: {command}")


def _short(size: str) -> str:
    """A size as the lists have it here; case is no matter to HDInsight."""
    return size.lower().removeprefix("standard_")


def _offer(data: Mapping[str, Any]) -> Offer:
    disks = {
        size.lower(): None if most == "unknown" else int(most)
        for most, sizes in data["disks"].items()
        for size in sizes
    }
    excluded = {role: frozenset(map(str.lower, sizes)) for role, sizes in data["excluded"].items()}
    return Offer(data["location"], data["date"], disks, excluded)
