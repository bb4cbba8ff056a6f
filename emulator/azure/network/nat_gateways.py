"""Microsoft.Network/natGateways."""

from typing import Any

from emulator.azure.network import tokens
from emulator.azure.network.occupancy import subnets_referring_to
from emulator.azure.network.public_addresses import PublicIPAddress, nat_gateway_using
from emulator.azure.resource_manager import arm, naming
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.references import require_reference
from emulator.azure.resource_manager.refusals import Refused
from emulator.azure.resource_manager.resource_type import RecordsOnly, new_etag, new_guid

_IDLE_MINUTES = range(4, 121)


class NatGateway(RecordsOnly):
    """A NAT gateway. It forwards nothing here; HDInsight's rules check whether a subnet has one."""

    token = tokens.NAT_GATEWAY
    kind = "Microsoft.Network/natGateways"
    path = (
        "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
        "/providers/Microsoft.Network/natGateways/{natGatewayName}"
    )
    in_use_code = "InUseNatGatewayCannotBeDeleted"
    modelled = frozenset({"idleTimeoutInMinutes", "publicIpAddresses[].id", "sku.name", "zones"})

    def check(self, cloud: Cloud, resource_id: str, inputs: dict[str, Any], existing: Record | None) -> None:
        """Raises Refused unless it is of SKU Standard, and its addresses are in the region and not in use."""
        name = arm.name(resource_id)
        naming.NAT_GATEWAY.require(name)
        if (inputs.get("sku") or {}).get("name", "").lower() != "standard":
            raise Refused(400, "NatGatewaySkuNotSupported", f"NAT gateway '{name}' must be of SKU Standard.")
        if int(inputs.get("idleTimeoutInMinutes", 4)) not in _IDLE_MINUTES:
            message = f"The idle timeout of NAT gateway '{name}' must be between 4 and 120 minutes."
            raise Refused(400, "NatGatewayIdleTimeoutOutOfRange", message)
        for reference in inputs.get("publicIpAddresses") or []:
            location = inputs["location"]
            require_reference(cloud, PublicIPAddress.kind, reference["id"], resource_id, location)
            owner = nat_gateway_using(cloud, reference["id"])
            if owner is not None and not arm.same(owner.id, resource_id):
                message = f"Resource {reference['id']} is already used by {owner.id}."
                raise Refused(400, "PublicIPAddressInUse", message)

    def choose_facts(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """Chooses GUID and entity tag."""
        return {"guid": new_guid(), "etag": new_etag()}

    def describe(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """The gateway, with the subnets that use it."""
        described: dict[str, Any] = {
            "etag": record.facts["etag"],
            "idleTimeoutInMinutes": record.inputs.get("idleTimeoutInMinutes", 4),
            "provisioningState": record.state,
            "publicIpAddresses": [
                {"id": reference["id"]} for reference in record.inputs.get("publicIpAddresses") or []
            ],
            "resourceGuid": record.facts["guid"],
            "sku": {"name": "Standard"},
        }
        if record.inputs.get("zones"):
            described["zones"] = list(record.inputs["zones"])
        served = subnets_referring_to(cloud, "natGateway", record.id)
        if served:
            described["subnets"] = [{"id": subnet.id} for subnet in served]
        return described

    def dependents(self, cloud: Cloud, record: Record) -> list[str]:
        """The subnets that use the gateway for outbound traffic."""
        return [subnet.id for subnet in subnets_referring_to(cloud, "natGateway", record.id)]
