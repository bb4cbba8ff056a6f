"""A subnet that exists and keeps AKS from its brokers: said at preview, by the rule that does it."""

from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Network
from typing import Any

import pulumi
import pytest

from components.existing import read_existing
from components.existing.security import DEFAULT_PORTS, Rule, denied_by
from components.settings import Settings
from tests.unit.configurations import ALL_EXISTS, encoded
from tests.unit.existing_site import NETWORKS, Site, rule
from tests.unit.recording import Refusal, deploy

NODES = IPv4Network("10.224.0.0/16")
LAST = ("DenyAllInBound", 65500, False, "*", "*", "*")


def rules(*given: tuple[str, int, bool, str, str, str]) -> list[Rule]:
    return [
        Rule(name, priority, allows, protocol, (source,), (port,))
        for name, priority, allows, protocol, source, port in (*given, LAST)
    ]


@pytest.mark.parametrize(
    ("given", "denied"),
    [
        ([], "DenyAllInBound"),
        ([("all", 65000, True, "*", "VirtualNetwork", "*")], None),
        ([("no", 100, False, "Tcp", "10.224.0.0/16", "9092"), ("all", 200, True, "*", "*", "*")], "no"),
        ([("no", 300, False, "Tcp", "10.224.0.0/16", "9092"), ("all", 200, True, "*", "*", "*")], None),
        ([("no", 100, False, "*", "10.224.7.9", "9000-9100"), ("all", 200, True, "*", "*", "*")], "no"),
        ([("no", 100, False, "Udp", "*", "9092"), ("all", 200, True, "*", "*", "*")], None),
        ([("no", 100, False, "Tcp", "*", "9093"), ("all", 200, True, "*", "*", "*")], None),
        ([("no", 100, False, "Tcp", "Internet", "*"), ("all", 200, True, "*", "*", "*")], None),
        ([("no", 100, False, "Tcp", "10.10.0.0/16", "*"), ("all", 200, True, "*", "*", "*")], None),
        ([("half", 100, True, "Tcp", "10.224.0.0/17", "9092")], "DenyAllInBound"),
        (
            [
                ("half", 100, True, "Tcp", "10.224.0.0/17", "9092"),
                ("other half", 101, True, "Tcp", "10.224.128.0/17", "9092"),
            ],
            None,
        ),
    ],
)
def test_the_first_rule_that_matches_decides(given: list[Any], denied: str | None) -> None:
    found = denied_by(rules(*given), NODES, 9092)
    assert (found and found.name) == denied


@pytest.fixture
def site() -> Site:
    return Site()


def warned(
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
    ports: Sequence[int] = DEFAULT_PORTS,
    /,
    **answers: Callable[..., Any],
) -> list[str]:
    """What a preview says beside what it plans."""
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    values = {name.removeprefix("aks-kafka:"): value for name, value in encoded(ALL_EXISTS).items()}
    settings = Settings.parse(values, {"ambariPassword"}, stack="dev")
    deploy(lambda: read_existing(settings, ports), answers=site.answers() | answers)
    return said


def test_brokers_that_are_kept_from_aks_are_told_at_preview(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert warned(site, monkeypatch) == []
    site.security_group["securityRules"].append(rule("only-https", 200, "Deny", "VirtualNetwork", "*"))
    [said] = warned(site, monkeypatch)
    assert "security group guard of the brokers' subnet keeps TCP 9092 from 10.224.0.0/16" in said
    assert "its rule only-https (priority 200)" in said
    [asked] = site.asked("getNetworkSecurityGroup")[-1:]
    assert asked == {"resourceGroupName": "data", "networkSecurityGroupName": "guard"}


def test_each_port_that_brokers_have_for_clients_is_looked_at(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.security_group["securityRules"].append(rule("no-tls", 200, "Deny", "VirtualNetwork", "9093"))
    assert warned(site, monkeypatch) == []
    [said] = warned(site, monkeypatch, [9092, 9093])
    assert "keeps TCP 9093 from 10.224.0.0/16" in said


def test_a_subnet_without_a_security_group_keeps_nobody_out(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    del site.hdinsight_network["subnets"][1]["networkSecurityGroup"]
    assert warned(site, monkeypatch) == []
    assert site.asked("getNetworkSecurityGroup") == []


def test_a_security_group_that_may_not_be_read_stops_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Mapping[str, Any]) -> dict[str, Any]:
        raise Refusal('Status=403 Code="AuthorizationFailed" Message="..."')

    answers = {"azure-native:network:getNetworkSecurityGroup": refuse}
    assert warned(site, monkeypatch, **answers) == []


def test_pods_in_a_subnet_of_their_own_are_what_is_compared(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = NETWORKS % "MC_shop_k8s_westeurope" + "/aks-vnet-12345678"
    pods, windows = f"{network}/subnets/Pods", f"{network}/subnets/windows"
    site.aks_network["subnets"] += [
        {"id": pods, "name": "Pods", "addressPrefix": "10.225.0.0/16"},
        {"id": windows, "name": "windows", "addressPrefix": "10.226.0.0/16"},
    ]
    nodes = f"{network}/subnets/aks-subnet"
    site.aks_network["subnets"][0]["id"] = nodes
    site.aks["agentPoolProfiles"] = [
        {"name": "a", "vnetSubnetID": nodes, "podSubnetID": pods.lower()},
        {"name": "w", "vnetSubnetID": windows, "osType": "Windows"},
    ]
    del site.aks["networkProfile"]["networkPluginMode"]
    for source, denied in (("10.224.0.0/16", False), ("10.226.0.0/16", False), ("10.225.128.0/17", True)):
        site.security_group["securityRules"] = [rule("closed", 200, "Deny", source, "9092")]
        said = warned(site, monkeypatch)
        assert [
            text for text in said if "TCP 9092 from 10.225.0.0/16, where AKS's pods come from" in text
        ] == (said if denied else [])
        assert len(said) == denied
