"""A subscription for tests: the real provider and resource manager, over a world that only takes notes."""

import copy
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from emulator.azure.provider.catalogue import RESOURCE_TYPES
from emulator.azure.provider.provider import AzureNative
from emulator.azure.resource_manager.cloud import Propagation
from emulator.azure.resource_manager.manager import ResourceManager
from emulator.providers.provider import Difference, Failure, ProviderError
from emulator.specifications import HdinsightSpec, KubernetesSpec
from emulator.store import Store

LOCATION = "westeurope"
GROUP = {"resourceGroupName": "group"}
DEFINITIONS = (
    "/subscriptions/00000000-0000-0000-0000-00000000beef/providers/Microsoft.Authorization/roleDefinitions"
)
STORAGE_OWNER = f"{DEFINITIONS}/b7e6dc6d-f1e8-4753-8033-0f276bb0955b"
NETWORK_CONTRIBUTOR = f"{DEFINITIONS}/4d97b98b-1d4f-4787-a291-c67834d212e7"
ACR_PULL = f"{DEFINITIONS}/7f951dda-4ed3-4680-a7ca-43fe172d538d"


class FakeWorld:
    """Networks and routes as they were set."""

    def __init__(self) -> None:
        self.networks: dict[str, list[str]] = {}
        self.peers: dict[str, dict[str, list[str]]] = {}

    def add_network(self, name: str, prefixes: Sequence[str]) -> None:
        if name in self.networks:
            raise ValueError(f"network {name} is there already")
        self.networks[name] = list(prefixes)

    def resize_network(self, name: str, prefixes: Sequence[str]) -> None:
        if name not in self.networks:
            raise ValueError(f"there is no network {name}")
        self.networks[name] = list(prefixes)

    def remove_network(self, name: str) -> None:
        del self.networks[name]
        self.peers.pop(name, None)

    def set_peers(self, name: str, peers: Mapping[str, Sequence[str]]) -> None:
        self.peers[name] = {peer: list(prefixes) for peer, prefixes in peers.items()}


@dataclass
class FakeCluster:
    """A cluster that notes what is done with it, and fails where it is told to."""

    specification: HdinsightSpec | KubernetesSpec
    runtimes: "FakeRuntimes"

    def create(self) -> None:
        self._note("create")
        if self.runtimes.on_create:
            self.runtimes.on_create()
        if self.runtimes.failure:
            raise self.runtimes.failure.pop()

    def revive(self) -> None:
        self._note("revive")

    def delete(self) -> None:
        self._note("delete")
        if self.runtimes.on_delete:
            self.runtimes.on_delete()

    def add_workers(self, addresses: Mapping[str, str]) -> None:
        self._note(f"add_workers {dict(addresses)}")
        if self.runtimes.failure:
            raise self.runtimes.failure.pop()

    def set_password(self, password: str) -> None:
        self._note(f"set_password {password}")

    def kubeconfig(self) -> str:
        return f"kubeconfig of {self.specification.name}"

    def _note(self, call: str) -> None:
        self.runtimes.calls.append(f"{call} {self.specification.name}")


@dataclass
class FakeRuntimes:
    """Makes clusters that take notes."""

    calls: list[str] = field(default_factory=list)
    specifications: list[Any] = field(default_factory=list)
    failure: list[BaseException] = field(default_factory=list)
    """What the next creation of a cluster ends in."""
    on_create: Callable[[], None] | None = None
    on_delete: Callable[[], None] | None = None

    def hdinsight(self, spec: HdinsightSpec) -> FakeCluster:
        return self._cluster(spec)

    def kubernetes(self, spec: KubernetesSpec) -> FakeCluster:
        return self._cluster(spec)

    def _cluster(self, specification: HdinsightSpec | KubernetesSpec) -> FakeCluster:
        self.specifications.append(specification)
        return FakeCluster(specification, self)


class Rejected(Exception):
    """Inputs that the provider's check rejects."""

    def __init__(self, failures: list[Failure]) -> None:
        super().__init__("; ".join(failure.reason for failure in failures))
        self.failures = failures


@dataclass
class Made:
    """A resource as the engine keeps it."""

    token: str
    urn: str
    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]


class Subscription:
    """Does what the engine does with a provider: check, preview, create, diff, update, read, delete."""

    def __init__(self, folder: Path, propagation: Propagation | None = None) -> None:
        self._folder = folder
        self._propagation = propagation
        self._session: dict[str, Any] = {}
        self.runtimes = FakeRuntimes()
        self.restart()

    def restart(self) -> None:
        """The daemon is gone, its world with it; another one comes up over the same folder."""
        self.world = FakeWorld()
        self.cloud = ResourceManager(
            self.world,
            Store(self._folder),
            self.runtimes,
            RESOURCE_TYPES,
            self._propagation or Propagation(0, 0, 0),
        )
        self.provider = AzureNative(self.cloud)

    @contextmanager
    def within(self, subscription: str) -> Iterator[None]:
        """Another instance of the provider, for this subscription, takes the calls."""
        before, self._session = self._session, self.provider.configure({"subscriptionId": subscription})
        yield
        self._session = before

    def invoke(self, function: str, **arguments: Any) -> Any:
        """What a function answers."""
        return self.provider.invoke(self._session, f"azure-native:{function}", arguments)

    def check(
        self, token: str, name: str, inputs: Mapping[str, Any], olds: Mapping[str, Any] | None = None
    ) -> Any:
        """The inputs to keep. Raises Rejected."""
        kept, failures = self.provider.check(
            self._session, _urn(token, name), _full(token), dict(olds or {}), copy.deepcopy(dict(inputs))
        )
        if failures:
            raise Rejected(failures)
        return kept

    def create(self, token: str, name: str, **inputs: Any) -> Made:
        """A new resource. Raises Rejected and ProviderError."""
        kept = self.check(token, name, inputs)
        urn = _urn(token, name)
        resource_id, outputs = self.provider.create(self._session, urn, _full(token), kept, False, 0)
        return Made(_full(token), urn, resource_id, kept, outputs)

    def diff(self, made: Made, **changes: Any) -> Difference:
        """What changed inputs would mean; a change to None takes an input away."""
        wanted = self._wanted(made, changes)
        return self.provider.diff(
            self._session, made.urn, made.token, made.id, made.inputs, made.outputs, wanted
        )

    def update(self, made: Made, **changes: Any) -> None:
        """Changes a resource in place."""
        wanted = self._wanted(made, changes)
        made.outputs = self.provider.update(
            self._session, made.urn, made.token, made.id, made.outputs, wanted, False, 0
        )
        made.inputs = wanted

    def refresh(self, made: Made) -> list[str]:
        """Takes over what Azure says now; the inputs that this changed."""
        read = self.provider.read(self._session, made.urn, made.token, made.id, made.inputs, made.outputs)
        assert read is not None, f"{made.id} is gone"
        before, (_, made.inputs, made.outputs) = made.inputs, read
        return self.provider.diff(
            self._session, made.urn, made.token, made.id, before, made.outputs, made.inputs
        ).changed

    def exists(self, resource_id: str) -> bool:
        """Whether Azure has the resource."""
        return self.cloud.find(resource_id) is not None

    def delete(self, made: Made) -> None:
        """Removes a resource."""
        self.provider.delete(self._session, made.urn, made.token, made.id, made.outputs, 0)

    def _wanted(self, made: Made, changes: Mapping[str, Any]) -> Any:
        news = {name: value for name, value in {**made.inputs, **changes}.items() if value is not None}
        return self.check(made.token, made.urn.rpartition("::")[2], news, made.inputs)

    # What most tests need, one call each.

    def group(self, name: str = "group", location: str = LOCATION) -> Made:
        return self.create("resources:ResourceGroup", name, resourceGroupName=name, location=location)

    def network(self, name: str, *prefixes: str, **inputs: Any) -> Made:
        inputs = {
            **GROUP,
            "virtualNetworkName": name,
            "addressSpace": {"addressPrefixes": list(prefixes)},
            **inputs,
        }
        return self.create("network:VirtualNetwork", name, **inputs)

    def subnet(self, network: Made, name: str, prefix: str, **inputs: Any) -> Made:
        inputs = {**GROUP, "virtualNetworkName": network.outputs["name"], "addressPrefix": prefix, **inputs}
        return self.create("network:Subnet", name, **inputs)

    def peering(self, network: Made, remote: Made, name: str | None = None, **inputs: Any) -> Made:
        inputs = {
            **GROUP,
            "virtualNetworkName": network.outputs["name"],
            "remoteVirtualNetwork": {"id": remote.id},
            **inputs,
        }
        name = name or f"{network.outputs['name']}-to-{remote.outputs['name']}"
        return self.create("network:VirtualNetworkPeering", name, **inputs)

    def security_group(self, *rules: dict[str, Any], name: str = "security", **inputs: Any) -> Made:
        inputs = {**GROUP, "networkSecurityGroupName": name, "securityRules": list(rules), **inputs}
        return self.create("network:NetworkSecurityGroup", name, **inputs)

    def public_address(self, name: str = "address", **inputs: Any) -> Made:
        standard = {"publicIPAllocationMethod": "Static", "sku": {"name": "Standard"}}
        inputs = {**GROUP, "publicIpAddressName": name, **standard, **inputs}
        return self.create("network:PublicIPAddress", name, **inputs)

    def nat_gateway(self, *addresses: Made, name: str = "nat", **inputs: Any) -> Made:
        references = [{"id": address.id} for address in addresses]
        inputs = {
            **GROUP,
            "natGatewayName": name,
            "publicIpAddresses": references,
            "sku": {"name": "Standard"},
            **inputs,
        }
        return self.create("network:NatGateway", name, **inputs)

    def identity(self, name: str = "identity", **inputs: Any) -> Made:
        return self.create("managedidentity:UserAssignedIdentity", name, **GROUP, resourceName=name, **inputs)

    def storage(self, name: str = "kafkastorage", **inputs: Any) -> Made:
        inputs = {
            **GROUP,
            "accountName": name,
            "kind": "StorageV2",
            "sku": {"name": "Standard_LRS"},
            "isHnsEnabled": True,
            **inputs,
        }
        return self.create("storage:StorageAccount", name, **inputs)

    def role(self, principal: Made, definition: str, scope: str, name: str = "role", **inputs: Any) -> Made:
        inputs = {
            "principalId": principal.outputs["principalId"],
            "principalType": "ServicePrincipal",
            "roleDefinitionId": definition,
            "scope": scope,
            **inputs,
        }
        return self.create("authorization:RoleAssignment", name, **inputs)

    def registry(self, name: str = "registry", **inputs: Any) -> Made:
        inputs = {**GROUP, "registryName": name, "sku": {"name": "Basic"}, **inputs}
        return self.create("containerregistry:Registry", name, **inputs)


def allow(name: str = "hdinsight", **changes: Any) -> dict[str, Any]:
    """A rule that lets HDInsight's service in."""
    rule = {
        "access": "Allow",
        "destinationAddressPrefix": "VirtualNetwork",
        "destinationPortRange": "443",
        "direction": "Inbound",
        "name": name,
        "priority": 300,
        "protocol": "Tcp",
        "sourceAddressPrefix": "HDInsight",
        "sourcePortRange": "*",
        **changes,
    }
    return {name: value for name, value in rule.items() if value is not None}


def refused(code: str, *parts: str) -> Any:
    """Expects Azure's refusal with this code, and these parts of a message in this order."""
    pattern = "[\\s\\S]*".join([re.escape(f'Code="{code}"'), *map(re.escape, parts)])
    return pytest.raises(ProviderError, match=pattern)


def not_modelled(*parts: str) -> Any:
    """Expects the emulator's own refusal, at the check or later."""
    pattern = "[\\s\\S]*".join(["not modelled by the emulator", *map(re.escape, parts)])
    return pytest.raises((ProviderError, Rejected), match=pattern)


def _full(token: str) -> str:
    return token if token.startswith("azure-native:") else f"azure-native:{token}"


def _urn(token: str, name: str) -> str:
    return f"urn:pulumi:local::aks-kafka::{_full(token)}::{name}"
