"""Whom a change lets in who could not come in before."""

from typing import Any

import pytest

from tests.unit.review.previews import AKS, SERVICE, TAGS, dangers, service, step

SECURITY = "azure-native:network/v20240501:NetworkSecurityGroup"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (service("203.0.113.0/24"), service("203.0.113.0/28"), []),
        (service("203.0.113.0/28"), service("203.0.113.0/24"), ["203.0.113.0/24"]),
        (service("203.0.113.1/32"), service("203.0.113.1/32", "198.51.100.0/24"), ["198.51.100.0/24"]),
        (service("203.0.113.1/32", internal="yes"), service("203.0.113.1/32"), ["203.0.113.1/32"]),
        (service("203.0.113.1/32"), service("203.0.113.0/24", internal="yes"), []),
        (service("0.0.0.0/0"), service("203.0.113.0/24"), []),
    ],
)
def test_ranges_that_are_new_to_a_service_are_told(before: Any, after: Any, told: list[str]) -> None:
    said = dangers(step("update", SERVICE, "page", before, after))
    assert said == [
        f"page lets in addresses that could not before, at its public address: {one}" for one in told
    ]


def test_a_service_without_ranges_lets_everybody_in() -> None:
    changed = step("update", SERVICE, "page", service("203.0.113.1/32"), service())
    assert dangers(changed) == ["page lets in everybody, at its public address: 0.0.0.0/0"]


def security(*sources: str, port: str = "443") -> dict[str, Any]:
    rule = {"direction": "Inbound", "access": "Allow", "destinationPortRange": port}
    return {"securityRules": [{**rule, "name": "users", "sourceAddressPrefixes": [*sources]}], **TAGS}


def test_ports_of_a_security_group_that_more_may_reach_are_told() -> None:
    before = security("203.0.113.1/32")
    wider = dangers(step("update", SECURITY, "nsg", before, security("203.0.113.1/32", "198.51.100.7/32")))
    assert wider == ["nsg lets in addresses that could not before, ports 443: 198.51.100.7/32"]
    other = dangers(step("update", SECURITY, "nsg", before, security("203.0.113.1/32", port="22")))
    assert other == ["nsg lets in addresses that could not before, ports 22: 203.0.113.1/32"]
    assert dangers(step("update", SECURITY, "nsg", before, security("10.0.0.0/8"))) == []


def test_an_api_server_without_ranges_lets_everybody_in() -> None:
    before = {"apiServerAccessProfile": {"authorizedIPRanges": ["203.0.113.1/32"]}, **TAGS}
    said = dangers(step("update", AKS, "aks", before, TAGS))
    assert "aks lets in everybody, to Kubernetes' API: 0.0.0.0/0" in said
    private = {"apiServerAccessProfile": {"enablePrivateCluster": True}, **TAGS}
    assert not [one for one in dangers(step("update", AKS, "aks", TAGS, private)) if "lets in" in one]


def test_a_token_that_goes_leaves_the_page_without_one() -> None:
    page = step(
        "same", SERVICE, "kafka-test-app-service", service("203.0.113.1/32"), service("203.0.113.1/32")
    )
    token = step("delete", "kubernetes:core/v1:Secret", "access-token", {"stringData": "[secret]"})
    assert dangers(page, token) == [
        "access-token is deleted: whoever reaches the page no longer needs a token."
    ]
    assert dangers(page | {"op": "delete"}, token) == []
