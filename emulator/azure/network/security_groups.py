"""Microsoft.Network/networkSecurityGroups."""

from typing import Any

from emulator.azure.network.occupancy import subnets_referring_to
from emulator.azure.network.security_rules import check_rules
from emulator.azure.resource_manager import arm, naming
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.resource_type import RecordsOnly, new_etag, new_guid

_RULE_KIND = "Microsoft.Network/networkSecurityGroups/securityRules"
_DEFAULT_RULE_KIND = "Microsoft.Network/networkSecurityGroups/defaultSecurityRules"

# Name, priority, access, direction, source, destination: "How network security groups filter traffic".
_DEFAULT_RULES = (
    ("AllowVnetInBound", 65000, "Allow", "Inbound", "VirtualNetwork", "VirtualNetwork"),
    ("AllowAzureLoadBalancerInBound", 65001, "Allow", "Inbound", "AzureLoadBalancer", "*"),
    ("DenyAllInBound", 65500, "Deny", "Inbound", "*", "*"),
    ("AllowVnetOutBound", 65000, "Allow", "Outbound", "VirtualNetwork", "VirtualNetwork"),
    ("AllowInternetOutBound", 65001, "Allow", "Outbound", "*", "Internet"),
    ("DenyAllOutBound", 65500, "Deny", "Outbound", "*", "*"),
)


class NetworkSecurityGroup(RecordsOnly):
    """A network security group. The emulator filters no packets, and refuses rules that would here."""

    token = "azure-native:network:NetworkSecurityGroup"
    kind = "Microsoft.Network/networkSecurityGroups"
    path = (
        "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
        "/providers/Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}"
    )
    in_use_code = "InUseNetworkSecurityGroupCannotBeDeleted"
    modelled = frozenset(
        f"securityRules[].{name}"
        for name in (
            "access",
            "description",
            "destinationAddressPrefix",
            "destinationAddressPrefixes",
            "destinationPortRange",
            "destinationPortRanges",
            "direction",
            "name",
            "priority",
            "protocol",
            "sourceAddressPrefix",
            "sourceAddressPrefixes",
            "sourcePortRange",
            "sourcePortRanges",
        )
    )

    def check(self, cloud: Cloud, resource_id: str, inputs: dict[str, Any], existing: Record | None) -> None:
        """Raises Refused for a name or rules that Azure refuses, NotModelled for rules that would filter."""
        naming.SECURITY_GROUP.require(arm.name(resource_id))
        check_rules(inputs.get("securityRules") or [])

    def choose_facts(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """Chooses GUID and entity tag."""
        return {"guid": new_guid(), "etag": new_etag()}

    def describe(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """The group, with the default rules and the subnets that use it."""
        rules = record.inputs.get("securityRules") or []
        described: dict[str, Any] = {
            "defaultSecurityRules": [_default_rule(record, *rule) for rule in _DEFAULT_RULES],
            "etag": record.facts["etag"],
            "provisioningState": record.state,
            "resourceGuid": record.facts["guid"],
            "securityRules": [_rule(record, rule) for rule in rules],
        }
        guarded = subnets_referring_to(cloud, "networkSecurityGroup", record.id)
        if guarded:
            described["subnets"] = [{"id": subnet.id} for subnet in guarded]
        return described

    def dependents(self, cloud: Cloud, record: Record) -> list[str]:
        """The subnets that use the group."""
        return [subnet.id for subnet in subnets_referring_to(cloud, "networkSecurityGroup", record.id)]


def _rule(group: Record, rule: dict[str, Any]) -> dict[str, Any]:
    lists = (
        "destinationAddressPrefixes",
        "destinationPortRanges",
        "sourceAddressPrefixes",
        "sourcePortRanges",
    )
    return {
        **{name: [] for name in lists},
        **rule,
        "etag": group.facts["etag"],
        "id": f"{group.id}/securityRules/{rule['name']}",
        "provisioningState": "Succeeded",
        "type": _RULE_KIND,
    }


def _default_rule(
    group: Record, name: str, priority: int, access: str, direction: str, source: str, destination: str
) -> dict[str, Any]:
    return {
        "access": access,
        "destinationAddressPrefix": destination,
        "destinationAddressPrefixes": [],
        "destinationPortRange": "*",
        "destinationPortRanges": [],
        "direction": direction,
        "etag": group.facts["etag"],
        "id": f"{group.id}/defaultSecurityRules/{name}",
        "name": name,
        "priority": priority,
        "protocol": "*",
        "provisioningState": "Succeeded",
        "sourceAddressPrefix": source,
        "sourceAddressPrefixes": [],
        "sourcePortRange": "*",
        "sourcePortRanges": [],
        "type": _DEFAULT_RULE_KIND,
    }
