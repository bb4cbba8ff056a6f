"""How settings name what exists already, and which others then mean nothing."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, TypeAdapter, model_validator
from pydantic.fields import FieldInfo

from . import names
from .checked import Checked

OF_A_NEW_ONE = {
    "group": ("resource_group",),
    "kafka": (
        "protect",
        "kafka_cluster_name",
        "kafka_workers",
        "kafka_disks_per_worker",
        "kafka_worker_size",
        "kafka_head_size",
        "kafka_zookeeper_size",
        "kafka_encryption_in_transit",
        "storage_account_name",
        "ssh_user",
        "ssh_public_key",
        "hdinsight_network",
        "hdinsight_address_space",
        "hdinsight_subnet",
    ),
    "hdinsight_network": ("hdinsight_address_space", "hdinsight_subnet"),
    "aks": (
        "aks_cluster_name",
        "kubernetes_version",
        "aks_upgrade_channel",
        "aks_node_os_upgrade_channel",
        "aks_api_source_ranges",
        "aks_node_count",
        "aks_max_node_count",
        "aks_node_size",
        "aks_zones",
        "aks_max_pods",
        "aks_pod_network",
        "aks_network_policy",
        "aks_network",
        "aks_address_space",
        "aks_subnet",
        "service_cidr",
        "pod_cidr",
    ),
    "aks_network": ("aks_address_space", "aks_subnet"),
    "registry": ("registry_name",),
}
"""Settings that describe a new one, by the setting that can name an existing one instead."""
DESCRIBING = sorted({name for described in OF_A_NEW_ONE.values() for name in described})


class ExistingGroup(Checked):
    """A resource group of the subscription that the program deploys to."""

    name: Annotated[str, AfterValidator(names.resource_group)]


class ExistingResource(Checked):
    """Where it is. An empty subscription is the one that the program deploys to."""

    resource_group: Annotated[str, AfterValidator(names.resource_group)]
    name: Annotated[str, AfterValidator(names.resource)]
    subscription: Annotated[str, AfterValidator(names.subscription)] = ""

    def __str__(self) -> str:
        place = f" of subscription {self.subscription}" if self.subscription else ""
        return f"{self.name} in resource group {self.resource_group}{place}"


class ExistingSubnet(ExistingResource):
    """A subnet of the network that is so named."""

    subnet: Annotated[str, AfterValidator(names.resource)]


class _FromPulumi(Checked):
    @model_validator(mode="before")
    @classmethod
    def _decoded(cls, value: object) -> object:
        return names.from_json(value)


class GroupAdoption(_FromPulumi):
    """`{}`: the program makes one. `{existing: ...}`: it uses that one, and leaves it as it is."""

    existing: ExistingGroup | None = None


class Adoption(_FromPulumi):
    """See GroupAdoption."""

    existing: ExistingResource | None = None


class SubnetAdoption(_FromPulumi):
    """See GroupAdoption."""

    existing: ExistingSubnet | None = None


def adopter(name: str, settings: Mapping[str, Any]) -> str | None:
    """Which of `settings` names an existing one of what the setting `name` describes."""
    for setting, described in OF_A_NEW_ONE.items():
        adoption = settings.get(setting)
        if name in described and adoption is not None and adoption.existing is not None:
            return setting
    return None


def is_default(value: object, field: FieldInfo) -> bool:
    """Whether a setting has its default: Pulumi hands that over, as text, where nothing else is set."""
    adapter = TypeAdapter(field.rebuild_annotation())
    default = adapter.dump_python(field.default, mode="json", by_alias=True, exclude_none=True)
    return value is field.default or value == default or _decoded(value) == default


def _decoded(value: object) -> object:
    try:
        return json.loads(str(value))
    except json.JSONDecodeError:
        return value
