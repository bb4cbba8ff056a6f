"""Azure as types of resources see it: the records of all resources, and what runs for them."""

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
    """Seconds until something is effective, a role assignment for example. In Azure it takes minutes."""

    storage: float = 2.0
    """For HDInsight's access to its storage: a cluster that is created earlier fails, and stays failed."""
    image_pull: float = 2.0
    """For AcrPull: pulls fail until then, and are tried again."""
    cluster_change: float = 2.0
    """For another identity of an HDInsight cluster, which goes on meanwhile."""


class Cloud(ABC):
    """The resources in all subscriptions. Safe for use by several threads.

    Reading needs the records alone. Writing takes the rules of a resource's type; `ResourceManager` knows
    the types, and implements it.
    """

    def __init__(
        self, world: NetworkWorld, store: Store, runtimes: Runtimes, propagation: Propagation | None = None
    ) -> None:
        self.world = world
        self.runtimes = runtimes
        self.propagation = propagation or Propagation()
        self.networks: set[str] = set()
        """Keys of the networks that the world has."""
        self.hdinsight: dict[str, HdinsightRuntime] = {}
        """Running HDInsight clusters by their ids' keys."""
        self.kubernetes: dict[str, KubernetesRuntime] = {}
        """Running AKS clusters by their ids' keys."""
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
        """Creates or changes a resource of a subscription, and returns it once it is up.

        With `create`, a resource that is there already is refused as azure-native refuses it; unless this
        very caller made it and never came to know, being killed: then it is taken up where it was left.
        Raises Refused, NotModelled, RealisationFailed and AlreadyExists.
        """

    @abstractmethod
    def delete(self, resource_id: str) -> None:
        """Removes a resource and all that is in it; nothing happens when it is gone. Raises Refused."""

    @abstractmethod
    def echo(self, record: Record) -> dict[str, Any]:
        """Returns the outputs of a resource, as Azure answers a GET."""

    @abstractmethod
    def is_written(self, resource_id: str) -> bool:
        """Whether a write of this resource is under way."""

    def find(self, resource_id: str) -> Record | None:
        """The resource with this id."""
        document = self._store.get(arm.key(resource_id))
        return None if document is None else Record.of(document)

    def require(self, kind: str, resource_id: str) -> Record:
        """The resource with this id. Raises Refused (404) when there is none of this kind."""
        record = self.find(resource_id)
        if record is None or not arm.is_kind(resource_id, kind):
            raise not_found(kind, resource_id)
        return record

    def all(self, token: str) -> list[Record]:
        """All resources of a type, in the order in which they were made."""
        return [record for record in self.everything() if record.token == token]

    def everything(self) -> list[Record]:
        """All resources, in the order in which they were made."""
        return [Record.of(document) for _, document in self._store.items()]

    def parts(self, resource_id: str) -> list[Record]:
        """What lies below a resource or in a resource group, in the order in which it was made."""
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
