"""The description of each type of resource that the program uses, and what it says against inputs."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, ValidationError, validators

from emulator.azure.schema import sdk
from emulator.azure.schema.inputs import BOOKKEEPING
from tests.simulated.official.models import Models, Schema
from tests.simulated.official.requests import Request, recorded

BEYOND_MODELS = Path(__file__).parent / "beyond_models.yaml"
"""What the packages leave out of Azure's descriptions."""


@dataclass(frozen=True)
class Description:
    """Where azure.mgmt.PACKAGE describes how one type of resource is put.

    request: the function below PACKAGE.operations that makes the request, as module:function.
    model: the class of the body, in PACKAGE.models.
    """

    token: str
    package: str
    request: str
    model: str

    @property
    def version(self) -> str:
        """The version of the API that the package asks."""
        return self._request.version

    @cached_property
    def schema(self) -> Schema:
        """The JSON Schema of all inputs, called as azure-native calls them."""
        models = Models(importlib.import_module(f"azure.mgmt.{self.package}.models"))
        body = models.schema_of(self.model, sdk.inputs(self.token))
        return {
            **body,
            "properties": {**body["properties"], **self._request.query, **self._request.path},
            "required": sorted({*body["required"], *self._request.path}),
            "definitions": models.definitions,
        }

    def mistakes(self, inputs: Mapping[str, Any]) -> list[str]:
        """What is said against these inputs by the package, and by what is known beyond it, with places."""
        given = {name: value for name, value in inputs.items() if name not in BOOKKEEPING}
        schemas = (self.schema, beyond_models(self.token).get("limits", {}))
        errors = [error for schema in schemas for error in _Validator(schema).iter_errors(given)]
        return [f"{error.json_path}: {error.message}" for error in sorted(errors, key=lambda e: e.json_path)]

    def at(self, place: str) -> Schema | None:
        """The schema of the property at a place such as agentPoolProfiles.[].name; None if there is none."""
        schema = self.schema
        for name in place.split("."):
            schema = schema["definitions"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
            inner = schema.get("items") if name == "[]" else schema.get("properties", {}).get(name)
            if inner is None:
                return None
            schema = {**inner, "definitions": self.schema["definitions"]}
        return schema

    @property
    def _request(self) -> Request:
        module, _, function = self.request.partition(":")
        operations = importlib.import_module(f"azure.mgmt.{self.package}.operations.{module}")
        return recorded(getattr(operations, function))


@cache
def beyond_models(token: str) -> Mapping[str, Any]:
    """What BEYOND_MODELS says of a type: `fixed`, places, and `limits`, a schema; empty if nothing."""
    return yaml.safe_load(BEYOND_MODELS.read_text()).get(token, {})


def _of_network(name: str, operations: str) -> Description:
    request = f"_operations:build_{operations}_create_or_update_request"
    return Description(f"azure-native:network:{name}", "network", request, name)


DESCRIPTIONS: Mapping[str, Description] = {
    description.token: description
    for description in (
        Description(
            "azure-native:authorization:RoleAssignment",
            "authorization.v2022_04_01",
            "_role_assignments_operations:build_create_request",
            "RoleAssignmentCreateParameters",
        ),
        Description(
            "azure-native:containerregistry:Registry",
            "containerregistry.v2023_01_01_preview",
            "_registries_operations:build_create_request",
            "Registry",
        ),
        Description(
            "azure-native:containerservice:ManagedCluster",
            "containerservice",
            "_managed_clusters_operations:build_create_or_update_request",
            "ManagedCluster",
        ),
        Description(
            "azure-native:hdinsight:Cluster",
            "hdinsight",
            "_clusters_operations:build_create_request",
            "ClusterCreateParametersExtended",
        ),
        Description(
            "azure-native:managedidentity:UserAssignedIdentity",
            "msi.v2023_01_31",
            "_user_assigned_identities_operations:build_create_or_update_request",
            "Identity",
        ),
        _of_network("NatGateway", "nat_gateways"),
        _of_network("NetworkSecurityGroup", "network_security_groups"),
        _of_network("PublicIPAddress", "public_ip_addresses"),
        _of_network("Subnet", "subnets"),
        _of_network("VirtualNetwork", "virtual_networks"),
        _of_network("VirtualNetworkPeering", "virtual_network_peerings"),
        Description(
            "azure-native:resources:ResourceGroup",
            "resource.resources.v2024_07_01",
            "_operations:build_resource_groups_create_or_update_request",
            "ResourceGroup",
        ),
        Description(
            "azure-native:storage:StorageAccount",
            "storage.v2024_01_01",
            "_storage_accounts_operations:build_create_request",
            "StorageAccountCreateParameters",
        ),
    )
}
"""By the type's token."""


def _read_only(_validator: Any, read_only: bool, _value: Any, _schema: Any) -> Iterator[ValidationError]:
    if read_only:
        yield ValidationError("is read-only")


_Validator = validators.extend(Draft202012Validator, {"readOnly": _read_only})
