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
    """A type of resource: its names, Azure's rules for it, how it is provisioned, and what a GET returns.

    `ResourceManager` calls `check`, `choose_facts` and `provision` in this order for a PUT, and `response`
    for a GET. The methods raise Refused where Azure refuses.
    """

    token: ClassVar[str]
    kind: ClassVar[str]
    """The type as in ids and responses, e.g. Microsoft.Network/virtualNetworks."""
    path: ClassVar[str]
    """The id's template, with names of inputs in braces; the last one is the resource's own name."""
    autonaming: ClassVar[Literal["random", "copy", "uuid"]] = "random"
    """How azure-native names a resource that is given no name.

    random: the Pulumi name and digits. copy: the Pulumi name, as for child resources. uuid: a GUID.
    """
    located: ClassVar[bool] = True
    """Whether the resource has a region. By default azure-native gives it the resource group's."""
    replaced_by: ClassVar[frozenset[str]] = frozenset()
    """Inputs, beside those in `path`, whose change makes azure-native replace the resource.

    Sources: its pkg/gen/replacement.go, and x-ms-mutability in the API's description.
    """
    bare_errors: ClassVar[bool] = False
    """Whether the service's refusals are bare (`Refused.bare`)."""
    in_use_code: ClassVar[str]
    """Azure's error code for a deletion that is refused since the resource has `dependents`."""
    modelled: ClassVar[frozenset[str]]
    """Inputs that the emulator models, such as `a.b[].c`, beside those in `path`, `location` and `tags`."""

    @abstractmethod
    def check(self, cloud: Cloud, resource_id: str, inputs: dict[str, Any], existing: Record | None) -> None:
        """Raises Refused where Azure refuses a PUT of these inputs, NotModelled for what isn't emulated.

        `existing` is the resource that the PUT would change, if any.
        """

    def choose_facts(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """Returns the facts of a new resource: the values that Azure chooses, such as GUIDs and addresses."""
        return {}

    @abstractmethod
    def provision(self, cloud: Cloud, record: Record, previous: Record | None) -> None:
        """Makes the world match the record. It may take long; other resources are provisioned meanwhile."""

    @abstractmethod
    def describe(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """The properties in the response to a GET, as the SDK names them; `response` adds the common ones."""

    def not_found_error(self, resource_id: str) -> Refused:
        """The response to a GET of a resource that doesn't exist."""
        return not_found(self.kind, resource_id)

    def dependents(self, cloud: Cloud, record: Record) -> Sequence[str]:
        """The ids of resources that use this one. Azure refuses to delete it while there are any."""
        return []

    @abstractmethod
    def remove(self, cloud: Cloud, record: Record) -> None:
        """Removes the resource from the world. It may have been provisioned in part, or not at all."""

    @abstractmethod
    def revive(self, cloud: Cloud, record: Record) -> None:
        """Provisions an existing resource again, in a new world."""

    def write_locks(self, resource_id: str) -> Sequence[str]:
        """The ids that a write locks, including the parent's where Azure changes one child at a time."""
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
        """The id, in a subscription, of the resource with these inputs."""

        def value(match: re.Match[str]) -> str:
            if match[1] == "subscriptionId":
                return subscription
            # A scope is itself an id; everything else is one segment.
            given = str(inputs[match[1]])
            return given.strip("/") if match[1] == "scope" else quote(given, safe="()")

        return re.sub(r"{(\w+)}", value, self.path)

    def response(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """The response to a GET: the properties that all types have in common, and those of `describe`."""
        common: dict[str, Any] = {"name": record.name, "type": self.kind}
        if self.located:
            common["location"] = normal_location(record.inputs["location"])
        if record.inputs.get("tags") is not None:
            common["tags"] = dict(record.inputs["tags"])
        return {**common, **self.describe(cloud, record)}


class RecordsOnly(ResourceType):
    """A type for whose resources nothing runs: they are records only, which the rules of other types read."""

    def provision(self, cloud: Cloud, record: Record, previous: Record | None) -> None:
        """Nothing to do."""

    def remove(self, cloud: Cloud, record: Record) -> None:
        """Nothing to do."""

    def revive(self, cloud: Cloud, record: Record) -> None:
        """Nothing to do."""


def new_guid() -> str:
    """A random GUID."""
    return str(uuid.uuid4())


def new_etag() -> str:
    """A weak entity tag in the form that Azure's network resources have."""
    return f'W/"{uuid.uuid4()}"'


def new_digits(count: int) -> str:
    """Random hexadecimal digits."""
    return secrets.token_hex((count + 1) // 2)[:count]


def now() -> str:
    """The present time (UTC) in the form of Azure's responses, with seven decimals."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
