"""Microsoft.Network/publicIPAddresses."""

from ipaddress import IPv4Network
from typing import Any

from emulator.azure.network import tokens
from emulator.azure.resource_manager import arm, naming
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.refusals import Refused
from emulator.azure.resource_manager.resource_type import RecordsOnly, new_etag, new_guid

# From a range reserved for documentation (RFC 5737); a few, so that a test can reach the quota.
_POOL = IPv4Network("203.0.113.0/28")


class PublicIPAddress(RecordsOnly):
    """A public IP address. Nothing listens there: the emulator has no Internet."""

    token = "azure-native:network:PublicIPAddress"
    kind = "Microsoft.Network/publicIPAddresses"
    path = (
        "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
        "/providers/Microsoft.Network/publicIPAddresses/{publicIpAddressName}"
    )
    replaced_by = frozenset(
        {"location", "publicIPAddressVersion", "publicIPPrefix", "sku", "sku.name", "sku.tier"}
    )
    in_use_code = "PublicIPAddressCannotBeDeleted"
    modelled = frozenset(
        {
            "idleTimeoutInMinutes",
            "publicIPAddressVersion",
            "publicIPAllocationMethod",
            "sku.name",
            "sku.tier",
            "zones",
        }
    )

    def check(self, cloud: Cloud, resource_id: str, inputs: dict[str, Any], existing: Record | None) -> None:
        """Raises Refused unless it is of SKU Standard, static, IPv4, and keeps its zones."""
        name = arm.name(resource_id)
        naming.PUBLIC_ADDRESS.require(name)
        if _sku(inputs) == "basic":
            message = f"Public IP address '{name}' is of SKU Basic, which was retired on 30 September 2025."
            raise Refused(400, "BasicSkuPublicIpIsRetired", message)
        if inputs.get("publicIPAllocationMethod", "Dynamic").lower() != "static":
            message = f"Standard sku publicIp {resource_id} must have AllocationMethod set to Static."
            raise Refused(400, "PublicIPAddressStandardSkuMustBeStatic", message)
        if inputs.get("publicIPAddressVersion", "IPv4").lower() != "ipv4":
            raise Refused(
                400, "PublicIPAddressVersionNotSupported", f"'{name}': a NAT gateway takes IPv4 only."
            )
        if existing is not None and inputs.get("zones") != existing.inputs.get("zones"):
            message = (
                f"Resource {resource_id} has an existing availability zone constraint that can't be changed."
            )
            raise Refused(400, "ResourceAvailabilityZonesCannotBeModified", message)

    def choose_facts(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """Chooses an address that no other resource has. Raises Refused when none is left."""
        taken = {other.facts["address"] for other in cloud.all(self.token)}
        address = next((str(host) for host in _POOL.hosts() if str(host) not in taken), None)
        if address is None:
            message = "Cannot create more public IP addresses in this region."
            raise Refused(400, "PublicIPCountLimitReached", message)
        return {"guid": new_guid(), "etag": new_etag(), "address": address}

    def describe(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """The address, with the NAT gateway that uses it."""
        described: dict[str, Any] = {
            "ddosSettings": {"protectionMode": "VirtualNetworkInherited"},
            "etag": record.facts["etag"],
            "idleTimeoutInMinutes": record.inputs.get("idleTimeoutInMinutes", 4),
            "ipAddress": record.facts["address"],
            "ipTags": [],
            "provisioningState": record.state,
            "publicIPAddressVersion": "IPv4",
            "publicIPAllocationMethod": "Static",
            "resourceGuid": record.facts["guid"],
            "sku": {"name": "Standard", "tier": (record.inputs.get("sku") or {}).get("tier", "Regional")},
        }
        if record.inputs.get("zones"):
            described["zones"] = list(record.inputs["zones"])
        gateway = nat_gateway_using(cloud, record.id)
        if gateway is not None:
            described["natGateway"] = {"id": gateway.id}
        return described

    def dependents(self, cloud: Cloud, record: Record) -> list[str]:
        """The NAT gateway that uses the address."""
        gateway = nat_gateway_using(cloud, record.id)
        return [] if gateway is None else [gateway.id]


def nat_gateway_using(cloud: Cloud, address_id: str) -> Record | None:
    """The NAT gateway that uses an address; None when none does."""
    for gateway in cloud.all(tokens.NAT_GATEWAY):
        for reference in gateway.inputs.get("publicIpAddresses") or []:
            if arm.same(reference["id"], address_id):
                return gateway
    return None


def _sku(inputs: dict[str, Any]) -> str:
    # In this version of the API, Basic is still the default.
    return (inputs.get("sku") or {}).get("name", "Basic").lower()
