"""Runs a part of the program without an engine, and records what it would have registered.

The answers stand for Azure's: just enough of them for every output the program reads.
"""

import asyncio
import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, cast
from unittest.mock import patch

import grpc
import pulumi
from google.protobuf import json_format
from pulumi.runtime import resource as registration
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks
from pulumi.runtime.proto import source_pb2
from pulumi.runtime.stack import Stack

SECRET = "1b47061264138c4ac30d75fd1eb44270"
"""The value by which Pulumi marks a secret on the wire, and the key under which the mark lies."""
MARK = "4dabf18193072939515e22adb298388d"
ASSIGNED = "2026-01-02T03:04:05.1234567Z"
"""When every role was assigned, in Azure's spelling."""
GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/test"

ARM_TYPES = {
    "azure-native:network:VirtualNetwork": ("Microsoft.Network/virtualNetworks", "virtualNetworkName"),
    "azure-native:network:Subnet": ("Microsoft.Network/virtualNetworks/NETWORK/subnets", "subnetName"),
    "azure-native:network:NetworkSecurityGroup": (
        "Microsoft.Network/networkSecurityGroups",
        "networkSecurityGroupName",
    ),
    "azure-native:network:PublicIPAddress": ("Microsoft.Network/publicIPAddresses", "publicIpAddressName"),
    "azure-native:network:NatGateway": ("Microsoft.Network/natGateways", "natGatewayName"),
    "azure-native:network:VirtualNetworkPeering": (
        "Microsoft.Network/virtualNetworks/NETWORK/virtualNetworkPeerings",
        "virtualNetworkPeeringName",
    ),
    "azure-native:managedidentity:UserAssignedIdentity": (
        "Microsoft.ManagedIdentity/userAssignedIdentities",
        "resourceName",
    ),
    "azure-native:storage:StorageAccount": ("Microsoft.Storage/storageAccounts", "accountName"),
    "azure-native:authorization:RoleAssignment": (
        "Microsoft.Authorization/roleAssignments",
        "roleAssignmentName",
    ),
    "azure-native:hdinsight:Cluster": ("Microsoft.HDInsight/clusters", "clusterName"),
    "azure-native:containerservice:ManagedCluster": (
        "Microsoft.ContainerService/managedClusters",
        "resourceName",
    ),
    "azure-native:containerregistry:Registry": ("Microsoft.ContainerRegistry/registries", "registryName"),
    "azure-native:resources:ResourceGroup": ("", "resourceGroupName"),
}


@dataclass(frozen=True)
class Registered:
    """A resource as the engine hears of it; `inputs` show secrets in plain, `secrets` says where they are."""

    type: str
    name: str
    inputs: Mapping[str, Any]
    secrets: frozenset[str]
    parent: str
    depends_on: frozenset[str]
    provider: str
    options: Any = field(repr=False)


Hook = Callable[[Any], Any]
"""What the engine would call back."""


class Refusal(grpc.RpcError):
    """A function's failure, as the engine hands it on."""

    def __init__(self, message: str) -> None:
        self._message = message

    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.UNKNOWN

    def details(self) -> str:
        return self._message


Answers = Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]]


class Recording(MockMonitor):
    """What was registered, by name."""

    def __init__(self, mocks: Mocks) -> None:
        super().__init__(mocks)
        self.registered: dict[str, Registered] = {}
        self.hooks: dict[str, Hook] = {}
        self.component_outputs: dict[str, Mapping[str, Any]] = {}

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - the name of the engine's method
        self.component_outputs[_name(request.urn)] = reveal(json_format.MessageToDict(request.outputs))[0]
        return super().RegisterResourceOutputs(request)

    def register_resource_hook(self, hook: pulumi.ResourceHook) -> None:
        self.hooks[hook.name] = hook.callback

    def register_error_hook(self, hook: pulumi.ErrorHook) -> None:
        self.hooks[hook.name] = hook.callback

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the name of the engine's method
        if request.type != "pulumi:pulumi:Stack":
            # A component may have the name of the one that it is made of.
            before = self.registered.get(request.name)
            assert before is None or (before.type != request.type and before.name == _name(request.parent)), (
                f"{request.name} is declared twice"
            )
            inputs, secrets = reveal(json_format.MessageToDict(request.object))
            self.registered[request.name] = Registered(
                type=request.type,
                name=request.name,
                inputs=inputs,
                secrets=frozenset(secrets),
                parent=_name(request.parent),
                depends_on=frozenset(map(_name, request.dependencies)),
                provider=request.provider,
                options=request,
            )
        return super().RegisterResource(request)


class Azure(Mocks):
    """Ids and outputs as Azure would have given them, and `answers` of functions by token."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if args.typ in ARM_TYPES:
            arm_type, name_property = ARM_TYPES[args.typ]
            name = args.inputs[name_property]
            arm_type = arm_type.replace("NETWORK", str(args.inputs.get("virtualNetworkName")))
            id_ = f"{GROUP}/providers/{arm_type}/{name}" if arm_type else GROUP
            return id_, {**args.inputs, "name": name, **_computed(args.typ, name)}
        return f"{args.name}-id", {**args.inputs, **_computed(args.typ, args.name)}

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        if args.token in self._answers:
            return self._answers[args.token](args.args), []
        if args.token == "pulumi:pulumi:readStackResourceOutputs":
            return {"name": args.args["stackName"], "outputs": {}}, []
        assert args.token == "azure-native:containerservice:listManagedClusterUserCredentials", args.token
        value = base64.b64encode(f"kubeconfig of {args.args['resourceName']}".encode()).decode()
        return {"kubeconfigs": [{"name": "clusterUser", "value": value}]}, []


@dataclass(frozen=True)
class Deployment:
    """What one run of a program registered, and the stack outputs it exported."""

    resources: Mapping[str, Registered]
    outputs: Mapping[str, Any]
    secret_outputs: frozenset[str]
    hooks: Mapping[str, Hook]
    component_outputs: Mapping[str, Mapping[str, Any]]

    def __getitem__(self, name: str) -> Registered:
        return self.resources[name]

    def of_type(self, type_: str) -> list[Registered]:
        return [resource for resource in self.resources.values() if resource.type == type_]


def deploy(
    declare: Callable[[], object],
    *,
    config: Mapping[str, str] | None = None,
    secrets: frozenset[str] = frozenset(),
    preview: bool = False,
    answers: Answers = MappingProxyType({}),
    azure: Azure | None = None,
) -> Deployment:
    """Run `declare` as the program of stack `test`; of the keys of `config`, `secrets` are encrypted.

    `azure` answers, or one that gives `answers`.
    """
    azure = azure or Azure(answers)
    recording = Recording(azure)
    # Pulumi looks for the thread's event loop, and anything that used asyncio.run before left none.
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    pulumi.runtime.set_all_config(dict(config or {}), sorted(secrets))
    pulumi.runtime.set_mocks(azure, project="aks-kafka", stack="test", preview=preview, monitor=recording)
    cast(Any, pulumi.runtime.settings.SETTINGS).callbacks = recording
    root = pulumi.runtime.get_root_resource()
    assert isinstance(root, Stack)
    root.outputs.clear()
    outputs: dict[str, Any] = {}
    secret_outputs: set[str] = set()

    async def collect() -> None:
        for name, value in root.outputs.items():
            output = pulumi.Output.from_input(value)
            outputs[name] = await output.future()
            if await output.is_secret():
                secret_outputs.add(name)

    @pulumi.runtime.test
    def run() -> pulumi.Output[None]:
        declare()
        return pulumi.Output.from_input(collect())

    try:
        # For each resource Pulumi tells the engine all frames above it. Below pytest they are many, and to
        # collect them takes a tenth of the time.
        with patch.object(registration, "_get_stack_trace", source_pb2.StackTrace):
            run()
    finally:
        # It has three files open, and a process runs hundreds of these tests.
        asyncio.set_event_loop(None)
        loop.close()
    return Deployment(
        recording.registered,
        outputs,
        frozenset(secret_outputs),
        recording.hooks,
        recording.component_outputs,
    )


def _computed(type_: str, name: str) -> dict[str, Any]:
    match type_:
        case "azure-native:managedidentity:UserAssignedIdentity":
            return {"principalId": f"principal-of-{name}"}
        case "azure-native:authorization:RoleAssignment":
            return {"createdOn": ASSIGNED}
        case "azure-native:hdinsight:Cluster":
            endpoints = [
                {"name": "SSH", "protocol": "TCP", "location": f"{name}-ssh.azurehdinsight.net", "port": 22},
                {"name": "HTTPS", "protocol": "TCP", "location": f"{name}.azurehdinsight.net", "port": 443},
            ]
            return {"properties": {"connectivityEndpoints": endpoints}}
        case "azure-native:containerservice:ManagedCluster":
            return {
                # A list of ids goes in, a map by id comes out.
                "identity": {"type": "UserAssigned", "userAssignedIdentities": {}},
                "identityProfile": {"kubeletidentity": {"objectId": "principal-of-kubelet"}},
            }
        case "azure-native:containerregistry:Registry":
            return {"loginServer": f"{name}.azurecr.io"}
        case "kubernetes:core/v1:Service":
            return {"status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.80"}]}}}
        case "pulumi-python:dynamic/kafka:BrokerAddresses":
            others = dict.fromkeys(
                ["bootstrapServersTls", "bootstrapServersSasl", "bootstrapServersSaslTls"], ""
            )
            brokers = [{"host": f"wn{number}-local.x", "ip": f"10.10.0.{9 + number}"} for number in range(3)]
            servers = ",".join(f"{broker['ip']}:9092" for broker in brokers)
            return {"bootstrapServers": servers, "brokers": brokers, **others}
        case _:
            return {}


def reveal(value: Any, path: str = "") -> tuple[Any, list[str]]:
    """`value` with its secrets in plain, and the paths at which they were."""
    if isinstance(value, dict) and value.get(MARK) == SECRET:
        return reveal(value["value"], path)[0], [path]
    if isinstance(value, dict):
        revealed = {key: reveal(item, f"{path}.{key}".lstrip(".")) for key, item in value.items()}
        return {key: item for key, (item, _) in revealed.items()}, [
            p for _, ps in revealed.values() for p in ps
        ]
    if isinstance(value, list):
        items = [reveal(item, f"{path}[{index}]") for index, item in enumerate(value)]
        return [item for item, _ in items], [secret for _, secrets in items for secret in secrets]
    return value, []


def _name(urn: str) -> str:
    return urn.rsplit("::", 1)[-1]
