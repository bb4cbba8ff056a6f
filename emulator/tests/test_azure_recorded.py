"""What the emulator answers has the shape of what Azure was recorded to answer; see azure_recordings."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from emulator.azure.aks.managed_clusters import ManagedCluster
from emulator.tests.azure_clusters import AksSite, KafkaSite
from emulator.tests.azure_recordings import ANYTHING, RECORDED, differences, leaves, recorded
from emulator.tests.azure_subscription import ACR_PULL, STORAGE_OWNER, Subscription, refused


@pytest.fixture
def azure(tmp_path: Path) -> Subscription:
    subscription = Subscription(tmp_path)
    subscription.group(location="westus")
    return subscription


# Networks


def test_a_network(azure: Subscription) -> None:
    network = azure.network("kafka-network", "10.10.0.0/16")
    assert differences("network:VirtualNetwork", recorded("network")["body"], network.outputs) == {}


def test_a_subnet_with_a_nat_gateway(azure: Subscription) -> None:
    site = KafkaSite(azure, defaultOutboundAccess=False)
    assert differences("network:Subnet", recorded("subnet")["body"], site.subnet.outputs) == {}
    found = differences("network:NatGateway", recorded("nat-gateway")["body"], site.nat.outputs)
    assert found == {"zones[0]": ("2", None)}, "theirs was in a zone"


@pytest.mark.parametrize("first", [True, False])
def test_the_way_out_of_an_empty_subnet_can_be_changed(azure: Subscription, first: bool) -> None:
    network = azure.network("kafka-network", "10.10.0.0/16")
    subnet = azure.subnet(network, "kafka-subnet", "10.10.0.0/24", defaultOutboundAccess=first)
    azure.update(subnet, defaultOutboundAccess=not first)
    assert subnet.outputs["defaultOutboundAccess"] is not first


def test_both_halves_of_a_peering(azure: Subscription) -> None:
    told = recorded("peering")
    here, there = azure.network("kafka-network", "10.10.0.0/16"), azure.network("other", "10.20.0.0/16")
    first = azure.peering(here, there, "there", allowVirtualNetworkAccess=False)
    found = differences("network:VirtualNetworkPeering", told["body"], first.outputs)
    assert found == {"allowGatewayTransit": (True, False)}, "asked for in the recording, and not modelled"
    second = azure.peering(there, here, "back")
    azure.refresh(first)
    for half in (first, second):
        assert {name: half.outputs[name] for name in told["connected"]} == told["connected"]
    assert first.outputs["resourceGuid"] == second.outputs["resourceGuid"]


# AKS

OF_THEIR_REQUEST = {
    # Their pods had a range of their own.
    "networkProfile.podCidr": (ANYTHING, None),
    "networkProfile.podCidrs": (ANYTHING, None),
    "currentKubernetesVersion": ("1.29.7", "1.33.5"),
    "kubernetesVersion": ("1.29", "1.33"),
    "agentPoolProfiles[0].currentOrchestratorVersion": ("1.29.7", "1.33.5"),
    "agentPoolProfiles[0].orchestratorVersion": ("1.29", "1.33"),
    "agentPoolProfiles[0].nodeImageVersion": (
        "AKSUbuntu-2204gen2containerd-202408.12.0",
        "AKSUbuntu-2204gen2containerd-202510.03.0",
    ),
}


def test_an_aks_cluster(azure: Subscription) -> None:
    site = AksSite(azure)
    site.grant()
    cluster = site.create({**site.request(), "location": "westus"})
    host = cluster.outputs["fqdn"].partition(".")[0]
    text = json.dumps(recorded("aks")["body"]).replace("westus2", "westus")
    body = json.loads(text.replace("aks-a1b2c3d4", host))
    found = differences("containerservice:ManagedCluster", body, {"id": cluster.id, **cluster.outputs})
    assert found == OF_THEIR_REQUEST
    assert cluster.id == body["id"]
    identity = recorded("aks-identity")["identity"]
    assert dict(leaves(cluster.outputs["identity"])) == dict(leaves(identity))


def test_an_aks_cluster_that_is_being_made_or_changed(azure: Subscription) -> None:
    told = recorded("aks")["changing"]
    site = AksSite(azure)
    site.grant()
    seen: list[dict[str, Any]] = []

    def look() -> None:
        [record] = [each for each in azure.cloud.everything() if each.name == "aks"]
        seen.append(azure.cloud.response(record))

    azure.runtimes.on_create = look
    cluster = site.create({**site.request(), "location": "westus"})
    [made] = seen
    assert made["provisioningState"] == told["PUT"]["provisioningState"]
    assert made["identityProfile"] == {}
    assert list(made["identity"]["userAssignedIdentities"].values()) == [{}]
    record = azure.cloud.require(ManagedCluster.kind, cluster.id)
    azure.cloud.save(replace(record, state="Updating"))
    azure.refresh(cluster)
    assert cluster.outputs["provisioningState"] == told["PUT of a change"]["provisioningState"]


# Registries, storage, roles, identities


def test_a_registry(azure: Subscription) -> None:
    registry = azure.registry(tags={})
    body = recorded("registry")["body"]
    assert differences("containerregistry:Registry", body, registry.outputs) == {}


def test_a_storage_account(azure: Subscription) -> None:
    account = azure.storage(tags={})
    body = recorded("storage")["body"]
    found = differences("storage:StorageAccount", body, account.outputs)
    assert found == {
        "minimumTlsVersion": ("TLS1_0", "TLS1_2"),  # 1.0 is retired since
        "primaryEndpoints.web": tuple(
            f"https://kafkastorage.{zone}.web.core.windows.net/" for zone in ("z21", "z13")
        ),
    }


def test_an_identity(azure: Subscription) -> None:
    identity = azure.identity("kafka-identity", tags={})
    body = recorded("identity")["body"]
    assert differences("managedidentity:UserAssignedIdentity", body, identity.outputs) == {}
    assert identity.id == body["id"]


def test_a_role_assignment(azure: Subscription) -> None:
    site = KafkaSite(azure)
    role = site.grant()
    told = recorded("role-assignment")
    body = told["body"]
    body["properties"] |= told["read"]
    found = differences("authorization:RoleAssignment", body, role.outputs)
    assert found == {}
    exists = told["exists"]
    with refused(exists["body"]["error"]["code"]) as caught:
        azure.role(site.identity, STORAGE_OWNER, site.storage.id, "again")
    assert f"Status={exists['status']} " in str(caught.value)
    assert exists["body"]["error"]["message"].rstrip(".") in str(caught.value)
    registry = azure.registry()
    azure.role(site.identity, ACR_PULL, registry.id, "pull")


def test_every_recording_names_its_source_and_date_and_is_compared() -> None:
    text = "".join(path.read_text() for path in Path(__file__).parent.glob("test_azure_recorded*.py"))
    for path in RECORDED.glob("*.json"):
        told = json.loads(path.read_text())
        assert "https://github.com/Azure/azure-" in told["source"], path
        assert re.search(r"commit [0-9a-f]{9}", told["source"]), path
        assert re.match(r"20\d\d-\d\d", told["recorded"]), path
        assert f'recorded("{path.stem}")' in text, path
