"""Virtual networks, subnets, and what guards and serves them: Azure's refusals."""

from pathlib import Path
from typing import Any

import pytest

from emulator.tests.azure_clusters import KafkaSite
from emulator.tests.azure_subscription import (
    GROUP,
    Subscription,
    allow,
    not_modelled,
    refused,
)


def test_a_resource_needs_its_group(tmp_path: Path) -> None:
    with refused("ResourceGroupNotFound", "'group' could not be found"):
        Subscription(tmp_path).network("net", "10.0.0.0/16", location="westeurope")


@pytest.mark.parametrize(
    ("token", "name_input", "name"),
    [
        ("resources:ResourceGroup", "resourceGroupName", "ends-with-a-period."),
        ("resources:ResourceGroup", "resourceGroupName", "a" * 91),
        ("network:VirtualNetwork", "virtualNetworkName", "n"),
        ("network:VirtualNetwork", "virtualNetworkName", "-net"),
        ("network:NetworkSecurityGroup", "networkSecurityGroupName", "ends-with-a-hyphen-"),
        ("network:PublicIPAddress", "publicIpAddressName", "ends.with."),
        ("network:NatGateway", "natGatewayName", "a" * 81),
        ("managedidentity:UserAssignedIdentity", "resourceName", "ab"),
    ],
)
def test_names_follow_azures_rules(azure: Subscription, token: str, name_input: str, name: str) -> None:
    inputs = {**GROUP, name_input: name, "location": "westeurope"}
    with refused("InvalidResourceName", f"'{name}' is invalid"):
        azure.create(token, "bad", **inputs)


def test_names_of_parts_of_a_network_follow_azures_rules(azure: Subscription) -> None:
    net, other = azure.network("net", "10.0.0.0/16"), azure.network("other", "10.1.0.0/16")
    with refused("InvalidResourceName", "subnet name '.sub'"):
        azure.subnet(net, ".sub", "10.0.0.0/24")
    with refused("InvalidResourceName", "peering name 'peer-'"):
        azure.peering(net, other, "peer-")


def test_a_region_is_needed(azure: Subscription) -> None:
    with refused("LocationRequired"):
        azure.create("resources:ResourceGroup", "nowhere")


# Address spaces


def test_an_address_space_is_needed(azure: Subscription) -> None:
    with refused("VnetAddressSpaceEmpty"):
        azure.network("net")


@pytest.mark.parametrize("prefix", ["10.0.0.0/33", "10.0.0/16", "ten"])
def test_a_range_must_be_one(azure: Subscription, prefix: str) -> None:
    with refused("InvalidAddressPrefixFormat", prefix):
        azure.network("net", prefix)


@pytest.mark.parametrize("prefix", ["10.0.0.1/16", "10.0.0.0"])
def test_a_range_must_be_in_cidr_notation_without_host_bits(azure: Subscription, prefix: str) -> None:
    with refused("InvalidCIDRNotation", prefix, "it should be 10.0.0.0/"):
        azure.network("net", prefix)


@pytest.mark.parametrize("prefix", ["224.0.0.0/8", "127.0.0.0/16", "169.254.0.0/16"])
def test_reserved_ranges_are_refused(azure: Subscription, prefix: str) -> None:
    with refused("AddressPrefixReserved", prefix):
        azure.network("net", prefix)


def test_ranges_of_one_network_must_not_overlap(azure: Subscription) -> None:
    with refused("OverlappingVirtualNetworkAddressPrefixes", "10.0.0.0/16 and 10.0.4.0/24"):
        azure.network("net", "10.0.0.0/16", "10.0.4.0/24")


def test_ipv6_is_not_modelled(azure: Subscription) -> None:
    with not_modelled("IPv6", "fd00::/48"):
        azure.network("net", "fd00::/48")


def test_an_address_space_grows_in_place(azure: Subscription) -> None:
    net = azure.network("net", "10.0.0.0/16")
    azure.subnet(net, "sub", "10.0.0.0/24")
    azure.update(net, addressSpace={"addressPrefixes": ["10.0.0.0/15", "10.4.0.0/16"]})
    assert azure.world.networks == {net.id: ["10.0.0.0/15", "10.4.0.0/16"]}
    assert azure.subnet(net, "new", "10.4.0.0/24").outputs["addressPrefix"] == "10.4.0.0/24"


def test_an_empty_range_goes(azure: Subscription) -> None:
    net = azure.network("net", "10.0.0.0/16", "10.1.0.0/16")
    azure.subnet(net, "sub", "10.1.0.0/24")
    azure.update(net, addressSpace={"addressPrefixes": ["10.1.0.0/16"]})
    assert azure.world.networks == {net.id: ["10.1.0.0/16"]}


def test_a_range_with_a_subnet_in_it_stays(azure: Subscription) -> None:
    net = azure.network("net", "10.0.0.0/16", "10.1.0.0/16")
    azure.subnet(net, "sub", "10.1.0.0/24")
    with refused("InUsePrefixCannotBeDeleted", "10.1.0.0/24"):
        azure.update(net, addressSpace={"addressPrefixes": ["10.0.0.0/16"]})
    assert azure.world.networks == {net.id: ["10.0.0.0/16", "10.1.0.0/16"]}


def test_a_range_of_a_peer_is_not_added(azure: Subscription) -> None:
    net, other = azure.network("net", "10.0.0.0/16"), azure.network("other", "10.1.0.0/16")
    azure.peering(net, other)
    with refused("VnetAddressSpacesOverlap", "10.1.4.0/24, 10.1.0.0/16"):
        azure.update(net, addressSpace={"addressPrefixes": ["10.0.0.0/16", "10.1.4.0/24"]})


# Subnets


def test_a_subnet_needs_its_network(azure: Subscription) -> None:
    net = azure.network("net", "10.0.0.0/16")
    azure.delete(net)
    with refused("ResourceNotFound", "virtualNetworks/net"):
        azure.subnet(net, "sub", "10.0.0.0/24")


def test_a_subnet_needs_a_range(azure: Subscription) -> None:
    with refused("AddressPrefixMissing", "'sub'"):
        azure.subnet(azure.network("net", "10.0.0.0/16"), "sub", "")


def test_a_subnet_lies_within_its_network(azure: Subscription) -> None:
    with refused("NetcfgInvalidSubnet", "'sub' (10.1.0.0/24) is not within virtual network 'net'"):
        azure.subnet(azure.network("net", "10.0.0.0/16"), "sub", "10.1.0.0/24")


def test_subnets_do_not_overlap(azure: Subscription) -> None:
    net = azure.network("net", "10.0.0.0/16")
    azure.subnet(net, "one", "10.0.0.0/24")
    with refused(
        "NetcfgSubnetRangesOverlap", "'two' (10.0.0.128/25) overlaps with subnet 'one' (10.0.0.0/24)"
    ):
        azure.subnet(net, "two", "10.0.0.128/25")


def test_a_subnet_has_addresses_to_use(azure: Subscription) -> None:
    net = azure.network("net", "10.0.0.0/16")
    with refused("SubnetTooSmall", "10.0.0.0/30"):
        azure.subnet(net, "sub", "10.0.0.0/30")
    azure.subnet(net, "sub", "10.0.0.0/29")


def test_one_range_a_subnet_is_modelled_in_either_input(azure: Subscription) -> None:
    net = azure.network("net", "10.0.0.0/16")
    sub = azure.subnet(net, "sub", "", addressPrefixes=["10.0.0.0/24"])
    assert sub.outputs["addressPrefixes"] == ["10.0.0.0/24"]
    with not_modelled("several address prefixes"):
        azure.subnet(net, "two", "", addressPrefixes=["10.0.1.0/24", "10.0.2.0/24"])


def test_what_a_subnet_refers_to_exists(azure: Subscription) -> None:
    net = azure.network("net", "10.0.0.0/16")
    missing = {"id": azure.public_address().id}
    with refused("InvalidResourceReference", missing["id"], "subnets/sub was not found"):
        azure.subnet(net, "sub", "10.0.0.0/24", natGateway=missing)
    with refused("InvalidResourceReference"):
        azure.subnet(net, "sub", "10.0.0.0/24", networkSecurityGroup=missing)


def test_what_a_subnet_refers_to_is_in_its_region(azure: Subscription) -> None:
    net = azure.network("net", "10.0.0.0/16")
    far = azure.security_group(allow(), location="northeurope")
    with refused("InvalidResourceReference", "same region"):
        azure.subnet(net, "sub", "10.0.0.0/24", networkSecurityGroup={"id": far.id})


def test_a_subnet_in_use_keeps_its_range_and_stays(azure: Subscription) -> None:
    site = KafkaSite(azure)
    site.grant()
    cluster = site.create()
    with refused("InUsePrefixCannotBeDeleted"):
        azure.update(site.subnet, addressPrefix="10.10.1.0/24")
    for part in (site.subnet, site.network):
        with refused("InUseSubnetCannotBeDeleted", cluster.id):
            azure.delete(part)
    azure.delete(cluster)
    azure.delete(site.subnet)
    assert not azure.exists(site.subnet.id)


def test_a_network_goes_with_its_subnets(azure: Subscription) -> None:
    net = azure.network("net", "10.0.0.0/16")
    sub = azure.subnet(net, "sub", "10.0.0.0/24")
    azure.delete(net)
    assert not azure.exists(sub.id)
    assert azure.world.networks == {}


@pytest.mark.parametrize(
    "extra",
    [
        {"delegations": [{"name": "d", "serviceName": "Microsoft.Web/serverFarms"}]},
        {"routeTable": {"id": "x"}},
        {"serviceEndpoints": [{"service": "Microsoft.Storage"}]},
        {"networkSecurityGroup": {"securityRules": [allow()]}},
    ],
)
def test_what_a_subnet_could_have_beside_is_refused_by_name(
    azure: Subscription, extra: dict[str, Any]
) -> None:
    with not_modelled(f"network:Subnet's {next(iter(extra))}"):
        azure.subnet(azure.network("net", "10.0.0.0/16"), "sub", "10.0.0.0/24", **extra)


def test_inline_subnets_are_refused_by_name(azure: Subscription) -> None:
    with not_modelled("network:VirtualNetwork's subnets"):
        azure.network("net", "10.0.0.0/16", subnets=[{"name": "sub", "addressPrefix": "10.0.0.0/24"}])


# Public addresses and NAT gateways


def test_basic_addresses_are_retired(azure: Subscription) -> None:
    for sku in ({"name": "Basic"}, None):
        with refused("BasicSkuPublicIpIsRetired"):
            azure.public_address(sku=sku)


def test_a_standard_address_is_static(azure: Subscription) -> None:
    with refused("PublicIPAddressStandardSkuMustBeStatic"):
        azure.public_address(publicIPAllocationMethod="Dynamic")


def test_addresses_are_ipv4(azure: Subscription) -> None:
    with refused("PublicIPAddressVersionNotSupported"):
        azure.public_address(publicIPAddressVersion="IPv6")


def test_zones_of_an_address_stay(azure: Subscription) -> None:
    address = azure.public_address(zones=["1"])
    with refused("ResourceAvailabilityZonesCannotBeModified"):
        azure.update(address, zones=["2"])


def test_addresses_run_out(azure: Subscription) -> None:
    for number in range(14):
        azure.public_address(f"address{number}")
    with refused("PublicIPCountLimitReached"):
        azure.public_address()


def test_an_address_in_use_stays(azure: Subscription) -> None:
    address = azure.public_address()
    nat = azure.nat_gateway(address)
    with refused("PublicIPAddressCannotBeDeleted", nat.id):
        azure.delete(address)


def test_a_nat_gateway_is_standard(azure: Subscription) -> None:
    with refused("NatGatewaySkuNotSupported"):
        azure.nat_gateway(sku=None)


@pytest.mark.parametrize("minutes", [3, 121])
def test_a_nat_gateways_idle_timeout_has_limits(azure: Subscription, minutes: int) -> None:
    with refused("NatGatewayIdleTimeoutOutOfRange"):
        azure.nat_gateway(idleTimeoutInMinutes=minutes)


def test_a_nat_gateways_address_exists_and_is_its_own(azure: Subscription) -> None:
    address = azure.public_address()
    one = azure.nat_gateway(address)
    with refused("PublicIPAddressInUse", one.id):
        azure.nat_gateway(address, name="other")
    azure.delete(one)
    azure.delete(address)
    with refused("InvalidResourceReference", address.id):
        azure.nat_gateway(address)


def test_a_nat_gateway_in_use_stays(azure: Subscription) -> None:
    site = KafkaSite(azure)
    with refused("InUseNatGatewayCannotBeDeleted", site.subnet.id):
        azure.delete(site.nat)


# Security groups


def test_a_security_group_in_use_stays(azure: Subscription) -> None:
    site = KafkaSite(azure)
    with refused("InUseNetworkSecurityGroupCannotBeDeleted", site.subnet.id):
        azure.delete(site.security)


def test_a_rule_has_a_name(azure: Subscription) -> None:
    with refused("InvalidRequestFormat", "no name"):
        azure.security_group(allow(""))


@pytest.mark.parametrize("priority", [99, 4097, None])
def test_a_rules_priority_has_limits(azure: Subscription, priority: int | None) -> None:
    with refused("SecurityRuleInvalidPriority"):
        azure.security_group(allow(priority=priority))


def test_priorities_are_given_once_a_direction(azure: Subscription) -> None:
    with refused("SecurityRuleConflict", "same priority 300"):
        azure.security_group(allow("one"), allow("two"))
    azure.security_group(allow("one"), allow("two", direction="Outbound"))


@pytest.mark.parametrize(
    "changes",
    [
        {"sourceAddressPrefix": None},
        {"sourceAddressPrefixes": ["1.2.3.4/32"]},
        {"destinationPortRange": None},
        {"destinationPortRanges": ["443"]},
    ],
)
def test_a_rule_gives_each_side_in_one_way(azure: Subscription, changes: dict[str, Any]) -> None:
    with refused("SecurityRuleParameterContainsUnsupportedValue"):
        azure.security_group(allow(**changes))


@pytest.mark.parametrize("narrow", ["203.0.113.7/32", "203.0.113.0/24"])
@pytest.mark.parametrize("side", ["source", "destination"])
def test_a_rules_ranges_have_nothing_in_common(azure: Subscription, side: str, narrow: str) -> None:
    one, several = f"{side}AddressPrefix", f"{side}AddressPrefixes"
    with refused("OverlappingSubnetsNotPermittedInSecurityRule", "203.0.113.0/24"):
        azure.security_group(allow(**{one: None, several: ["198.51.100.7", "203.0.113.0/24", narrow]}))
    azure.security_group(allow(**{one: None, several: ["198.51.100.7", "203.0.113.0/24"]}))


@pytest.mark.parametrize("ports", ["https", "70000", "443-80", "1-2-3"])
def test_a_rules_ports_are_ports(azure: Subscription, ports: str) -> None:
    with refused("SecurityRuleInvalidPortRange", f"'{ports}'"):
        azure.security_group(allow(destinationPortRange=ports))


@pytest.mark.parametrize("source", ["*", "VirtualNetwork", "10.20.0.0/16", "0.0.0.0/0"])
def test_a_rule_that_would_filter_between_nodes_is_not_modelled(azure: Subscription, source: str) -> None:
    with not_modelled("security rule no-kafka"):
        azure.security_group(
            allow("no-kafka", access="Deny", destinationPortRange="9092", sourceAddressPrefix=source)
        )


def test_a_rule_against_strangers_is_accepted(azure: Subscription) -> None:
    azure.security_group(
        allow("no-ssh", access="Deny", destinationPortRange="22", sourceAddressPrefix="Internet")
    )
