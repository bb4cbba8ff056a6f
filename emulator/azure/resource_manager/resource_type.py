"""The interface between the resource manager and each type of resource."""

import datetime
import re
import secrets
import uuid
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Literal
from urllib.parse import quote

from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.refusals import Refused, not_found
from emulator.azure.schema.locations import normal_location


class ResourceType(ABC):
    """A type of resource: its names, Azure's rules for it, what it starts, and its outputs.

    Rules raise Refused. `ResourceManager` calls `check`, `decide` and `realise` in this order for a PUT, and
    `describe` for a read.
    """

    token: ClassVar[str]
    kind: ClassVar[str]
    """As in ids and echoes, e.g. Microsoft.Network/virtualNetworks."""
    path: ClassVar[str]
    """The id, with names of inputs in braces; the last one names the resource itself."""
    autonaming: ClassVar[Literal["random", "copy", "uuid"]] = "random"
    """How azure-native names a nameless resource: children copy their Pulumi name, others add digits."""
    located: ClassVar[bool] = True
    """Whether the resource has a region; without one, azure-native takes the resource group's."""
    replaced_by: ClassVar[frozenset[str]] = frozenset()
    """Inputs, beside those in `path`, whose change makes azure-native replace the resource.

    From its pkg/gen/replacement.go, and x-ms-mutability in the API's description.
    """
    answers_bare: ClassVar[bool] = False
    """Whether the service's own refusals have no `error` around code and message."""
    in_use_code: ClassVar[str]
    """Azure's error code when a resource with `users` is to be deleted."""
    modelled: ClassVar[frozenset[str]]
    """Inputs that the emulator knows, such as `a.b[].c`, beside those in `path`, `location` and `tags`."""

    @abstractmethod
    def check(self, cloud: Cloud, resource_id: str, inputs: dict[str, Any], existing: Record | None) -> None:
        """Raises Refused where Azure refuses a PUT of these inputs. `existing` is what a PUT would change."""

    def decide(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """Returns the facts of a new resource: what Azure chooses, such as GUIDs, addresses and times."""
        return {}

    @abstractmethod
    def realise(self, cloud: Cloud, record: Record, previous: Record | None) -> None:
        """Makes the world match the record. May take long; other resources are realised meanwhile."""

    @abstractmethod
    def describe(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """The outputs: Azure's echo, in the shape of the SDK. Common ones are added by `echo`."""

    def absent(self, resource_id: str) -> Refused:
        """The answer to a read of a resource that doesn't exist."""
        return not_found(self.kind, resource_id)

    def users(self, cloud: Cloud, record: Record) -> Sequence[str]:
        """The ids of resources that need this one. Azure refuses to delete it as long as there are any."""
        return []

    @abstractmethod
    def remove(self, cloud: Cloud, record: Record) -> None:
        """Takes the resource out of the world. It may have been realised in part only, or not at all."""

    @abstractmethod
    def revive(self, cloud: Cloud, record: Record) -> None:
        """Brings the resource back into a world that has just been made."""

    def writes(self, resource_id: str) -> Sequence[str]:
        """The ids that a write locks: the parent's, too, where Azure changes one part of it at a time."""
        return [resource_id]

    @property
    def name_input(self) -> str:
        """The input that names the resource."""
        return re.findall(r"{(\w+)}", self.path)[-1]

    @property
    def path_inputs(self) -> list[str]:
        """The inputs that make up the id."""
        return [name for name in re.findall(r"{(\w+)}", self.path) if name != "subscriptionId"]

    def id_of(self, inputs: dict[str, Any], subscription: str) -> str:
        """The id of the resource with these inputs, asked for in a subscription."""

        def value(match: re.Match[str]) -> str:
            if match[1] == "subscriptionId":
                return subscription
            # A scope is itself an id; everything else is one segment.
            given = str(inputs[match[1]])
            return given.strip("/") if match[1] == "scope" else quote(given, safe="()")

        return re.sub(r"{(\w+)}", value, self.path)

    def echo(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """Returns all outputs: those that every type has, and those of `describe`."""
        common: dict[str, Any] = {"name": record.name, "type": self.kind}
        if self.located:
            common["location"] = normal_location(record.inputs["location"])
        if record.inputs.get("tags") is not None:
            common["tags"] = dict(record.inputs["tags"])
        return {**common, **self.describe(cloud, record)}


class RecordsOnly(ResourceType):
    """A type of which nothing runs: its resources exist as records, which the rules of others look up."""

    def realise(self, cloud: Cloud, record: Record, previous: Record | None) -> None:
        """Nothing to do."""

    def remove(self, cloud: Cloud, record: Record) -> None:
        """Nothing to do."""

    def revive(self, cloud: Cloud, record: Record) -> None:
        """Nothing to do."""


def new_guid() -> str:
    """A random GUID."""
    return str(uuid.uuid4())


def new_etag() -> str:
    """A weak entity tag as Azure's network resources carry it."""
    return f'W/"{uuid.uuid4()}"'


def new_digits(count: int) -> str:
    """Random hexadecimal digits."""
    return secrets.token_hex((count + 1) // 2)[:count]


def now() -> str:
    """The time in the form that Azure's answers use, with seven decimals."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
