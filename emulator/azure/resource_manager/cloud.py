"""What resource types need of the resource manager: records, and the networks and clusters that run."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.refusals import not_found
from emulator.azure.resource_manager.runtimes import (
    HdinsightRuntime,
    KubernetesRuntime,
    NetworkWorld,
    Runtimes,
)
from emulator.store import Store


@dataclass(frozen=True)
class Propagation:
    """Seconds until a change takes effect, such as a role assignment. In Azure it takes minutes."""

    storage: float = 2.0
    """For an HDInsight cluster's role on its storage. A cluster created earlier fails, and stays failed."""
    image_pull: float = 2.0
    """For AcrPull. Pulls fail until then, and are retried."""
    cluster_change: float = 2.0
    """For a change of an HDInsight cluster's identity. The cluster serves meanwhile."""


class Cloud(ABC):
    """The resources in all subscriptions. Thread-safe.

    Reads need the records only, and are implemented here. Writes need the rules of the resource types, which
    depend on this module in turn; `ResourceManager` implements them.
    """

    def __init__(
        self, world: NetworkWorld, store: Store, runtimes: Runtimes, propagation: Propagation | None = None
    ) -> None:
        self.world = world
        self.runtimes = runtimes
        self.propagation = propagation or Propagation()
        self.networks: set[str] = set()
        """Keys (`arm.key`) of the virtual networks that exist in the world."""
        self.hdinsight: dict[str, HdinsightRuntime] = {}
        """Running HDInsight clusters by key (`arm.key`)."""
        self.kubernetes: dict[str, KubernetesRuntime] = {}
        """Running AKS clusters by key (`arm.key`)."""
        self._store = store

    @abstractmethod
    def put(
        self,
        token: str,
        inputs: Mapping[str, Any],
        urn: str,
        *,
        create: bool,
        subscription: str,
    ) -> Record:
        """Creates or changes a resource in a subscription, and returns its record once it is provisioned.

        With `create`, raises AlreadyExists for an existing resource, as azure-native does, except when the
        Pulumi resource `urn` created it and the engine was killed before it knew: that creation is resumed.
        Raises Refused, NotModelled and ProvisioningFailed as well.
        """

    @abstractmethod
    def delete(self, resource_id: str) -> None:
        """Deletes a resource and its descendants; does nothing when it doesn't exist. Raises Refused."""

    @abstractmethod
    def response(self, record: Record) -> dict[str, Any]:
        """The body of Azure's response to a GET of a resource, flattened as in the SDK."""

    @abstractmethod
    def is_being_written(self, resource_id: str) -> bool:
        """Whether this resource is being created, changed or deleted."""

    def find(self, resource_id: str) -> Record | None:
        """The record with this id; None when there is none."""
        document = self._store.get(arm.key(resource_id))
        return None if document is None else Record.of(document)

    def require(self, kind: str, resource_id: str) -> Record:
        """The record with this id. Raises Refused (404) when there is none of this kind."""
        record = self.find(resource_id)
        if record is None or not arm.is_kind(resource_id, kind):
            raise not_found(kind, resource_id)
        return record

    def all(self, token: str) -> list[Record]:
        """All records of a type, in the order of creation."""
        return [record for record in self.everything() if record.token == token]

    def everything(self) -> list[Record]:
        """All records, in the order of creation."""
        return [Record.of(document) for _, document in self._store.items()]

    def descendants(self, resource_id: str) -> list[Record]:
        """The records below a resource or in a resource group, in the order of creation."""
        return [
            record
            for record in self.everything()
            if arm.contains(resource_id, record.id) and not arm.same(resource_id, record.id)
        ]

    def save(self, record: Record) -> None:
        """Writes a record to the store."""
        self._store.put(arm.key(record.id), record.document())

    def location_of_group(self, name: str, subscription: str) -> str | None:
        """The region of a resource group; None when there is no such group."""
        group = self.find(arm.resource_group_id(name, subscription))
        return None if group is None else group.inputs["location"]
