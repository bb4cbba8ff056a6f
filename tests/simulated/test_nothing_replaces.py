"""Whatever Azure or somebody else makes of a cluster, a refresh after it plans no replacement.

The program is declared twice: into an emulated Azure, and over the state that this leaves, after a refresh by
which Azure says something else: what was recorded of it, and what others can change.
"""

import copy
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs

from components.aks import IMMUTABLE_IN_A_POOL
from components.existing.network import PEERING
from emulator.azure.provider.catalogue import RESOURCE_TYPES
from emulator.tests.azure_subscription import Made
from tests.simulated.test_changes_of_settings import replaces
from tests.simulated.test_drift import CALLERS, EmulatedAzure, declare, is_ignored
from tests.unit.configurations import REQUIRED
from tests.unit.recording import Deployment
from tests.unit.test_main import CHECKOUT

CONFIGURED = {**REQUIRED, **CALLERS, "protect": False}
KAFKA, AKS = "kafka-cluster", "aks-cluster"
Outputs = dict[str, Any]


def _pool(name: str) -> Outputs:
    return {"name": name, "mode": "User", "count": 1, "vmSize": "Standard_D8s_v5", "maxPods": 110}


def _roles(outputs: Outputs) -> list[Outputs]:
    return outputs["properties"]["computeProfile"]["roles"]


def _in_lower_case(outputs: Outputs) -> None:
    """As after a PATCH of the identity."""
    assigned = outputs["identity"]["userAssignedIdentities"]
    outputs["identity"]["userAssignedIdentities"] = {id_.lower(): {} for id_ in assigned}


def _in_another_case(outputs: Outputs) -> None:
    assigned = outputs["identity"]["userAssignedIdentities"]
    outputs["identity"]["userAssignedIdentities"] = {
        re.sub("/resourcegroups/", "/RESOURCEGROUPS/", id_, flags=re.IGNORECASE): value
        for id_, value in assigned.items()
    }


def _with_another_identity(outputs: Outputs) -> None:
    [assigned] = outputs["identity"]["userAssignedIdentities"]
    outputs["identity"]["userAssignedIdentities"] = {f"{assigned}-of-theirs": {}}


def _network(**changes: Any) -> Callable[[Outputs], None]:
    return lambda outputs: outputs["networkProfile"].update(changes)


def _properties(**changes: Any) -> Callable[[Outputs], None]:
    return lambda outputs: outputs["properties"].update(changes)


def _of_size(size: str) -> Callable[[Outputs], None]:
    def change(outputs: Outputs) -> None:
        for role in _roles(outputs):
            role["hardwareProfile"]["vmSize"] = size

    return change


SAID: Mapping[str, Mapping[str, Callable[[Outputs], object]]] = {
    KAFKA: {
        "identity in lower case": _in_lower_case,
        "identity in another case": _in_another_case,
        "another identity": _with_another_identity,
        "region by its name": lambda outputs: outputs.update(location="westeurope"),
        "another build": _properties(clusterVersion="5.1.4000.0"),
        "kind in capitals": lambda outputs: outputs["properties"]["clusterDefinition"].update(kind="KAFKA"),
        "sizes by an alias": _of_size("large"),
        "roles in another order": lambda outputs: _roles(outputs).reverse(),
        "an autoscaler": lambda outputs: _roles(outputs)[1].update(
            autoscaleConfiguration={"capacity": {"minInstanceCount": 3, "maxInstanceCount": 5}}
        ),
        "more workers": lambda outputs: _roles(outputs)[1].update(targetInstanceCount=7),
        "another version of TLS": _properties(minSupportedTlsVersion="1.3"),
        "no version of TLS": lambda outputs: outputs["properties"].pop("minSupportedTlsVersion"),
        "no storage": lambda outputs: outputs["properties"].pop("storageProfile"),
        "errors while it runs": _properties(errors=[{"code": "ScriptExecutionFailed", "message": "no"}]),
    },
    AKS: {
        "identity in lower case": _in_lower_case,
        "a pool behind": lambda outputs: outputs["agentPoolProfiles"].append(_pool("theirs")),
        "a pool in front": lambda outputs: outputs["agentPoolProfiles"].insert(0, _pool("another")),
        "a pool made anew": lambda outputs: outputs["agentPoolProfiles"][0].update(
            vmSize="Standard_D8s_v5", maxPods=110, availabilityZones=["1", "2", "3"]
        ),
        "a load balancer in capitals": _network(loadBalancerSku="Standard"),
        "an overlay": _network(networkPluginMode="overlay", podCidr="10.244.0.0/16"),
        "a policy": _network(networkPolicy="azure", networkDataplane="azure"),
        "a way out": _network(outboundType="userAssignedNATGateway"),
        "a profile for Windows": lambda outputs: outputs.update(
            windowsProfile={"adminUsername": "azureuser", "enableCSIProxy": True}
        ),
        "a profile for Linux": lambda outputs: outputs.update(
            linuxProfile={"adminUsername": "azureuser", "ssh": {"publicKeys": [{"keyData": "ssh-rsa"}]}}
        ),
        "a group in capitals": lambda outputs: outputs.update(
            nodeResourceGroup=outputs["nodeResourceGroup"].upper()
        ),
    },
}


class Again(EmulatedAzure):
    """Has what another run of the program made, and the stack's state after it."""

    def __init__(self, first: EmulatedAzure, deployment: Deployment, *, recorded: bool) -> None:
        self.subscription, self.made = first.subscription, first.made
        self._state = {
            f"urn:pulumi:test::aks-kafka::{made.token}::{name}": {"outputs": made.outputs}
            for name, made in first.made.items()
        }
        for name, outputs in deployment.component_outputs.items() if recorded else ():
            if name in deployment.resources:
                type_ = deployment[name].type
                self._state[f"urn:pulumi:test::aks-kafka::{type_}::{name}"] = {"outputs": dict(outputs)}

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if args.typ.startswith("azure-native:"):
            return self.made[args.name].id, self.made[args.name].outputs
        return super().new_resource(args)

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        if args.token == "pulumi:pulumi:readStackResourceOutputs":
            return {"name": args.args["stackName"], "outputs": self._state}, []
        return super().call(args)


@dataclass(frozen=True)
class Standing:
    """What one run of the program made, and the program as it is declared over the state that this left.

    unrecorded: over a state that does not say what the clusters were made with.
    """

    azure: EmulatedAzure
    program: Deployment
    unrecorded: Deployment

    def refreshed(self, says: Callable[[str, Outputs], None]) -> list[Made]:
        """Every resource after a refresh, while `says` changes what Azure says of each, by its name."""
        unchanged = self.azure.subscription.cloud.response
        names = {made.id.lower(): name for name, made in self.azure.made.items()}

        def response(record: Any) -> Outputs:
            outputs = copy.deepcopy(unchanged(record))
            if record.id.lower() in names:
                says(names[record.id.lower()], outputs)
            return outputs

        found = [copy.deepcopy(made) for made in self.azure.made.values()]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(self.azure.subscription.cloud, "response", response)
            for made in found:
                self.azure.subscription.refresh(made)
        return found

    def replacements(self, refreshed: list[Made], program: Deployment) -> dict[str, list[str]]:
        """The changes by which an update would replace resources, by the name of each."""
        found = {made.urn.rpartition("::")[2]: self._replacing(made, program) for made in refreshed}
        return {name: paths for name, paths in found.items() if paths}

    def _replacing(self, made: Made, program: Deployment) -> list[str]:
        declared = program[made.urn.rpartition("::")[2]]
        difference = self.azure.subscription.provider.diff(
            {}, made.urn, made.token, made.id, made.inputs, made.outputs, dict(declared.inputs)
        )
        return [
            path
            for path in difference.changed
            if not is_ignored(path, declared.options.ignoreChanges)
            and (path in difference.replace or replaces(path, declared.options.replaceOnChanges))
        ]


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Standing:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(CHECKOUT)
        first = EmulatedAzure(tmp_path_factory.mktemp("azure"))
        deployment = declare(first, CONFIGURED)
        program, unrecorded = (
            declare(Again(first, deployment, recorded=recorded), CONFIGURED) for recorded in (True, False)
        )
    return Standing(first, program, unrecorded)


@pytest.mark.parametrize(("name", "said"), [(name, said) for name, of in SAID.items() for said in of])
def test_nothing_that_azure_says_of_a_cluster_replaces_it(standing: Standing, name: str, said: str) -> None:
    def says(described: str, outputs: Outputs) -> None:
        if described == name:
            SAID[name][said](outputs)

    refreshed = standing.refreshed(says)
    assert standing.replacements(refreshed, standing.program) == {}
    assert standing.replacements(refreshed, standing.unrecorded) == {}


def test_references_and_regions_in_another_spelling_replace_nothing(
    standing: Standing,
) -> None:
    def says(_: str, outputs: Outputs) -> None:
        told = json.dumps(outputs).replace("westeurope", "West Europe")
        outputs.clear()
        outputs.update(json.loads(re.sub(r'"/subscriptions/[^"]*"', lambda id_: id_[0].lower(), told)))

    assert standing.replacements(standing.refreshed(says), standing.program) == {}


@pytest.mark.parametrize(
    ("name", "change"),
    [(KAFKA, {"kafkaWorkerSize": "Standard_E8_V3"}), (AKS, {"aksNodeSize": "Standard_D8s_v5"})],
)
def test_a_setting_does_all_the_same(
    standing: Standing, name: str, change: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CHECKOUT)
    again = Again(standing.azure, standing.program, recorded=True)
    program = declare(again, {**CONFIGURED, **change})
    unchanged = standing.refreshed(lambda name, outputs: None)
    assert standing.replacements(unchanged, program).keys() == {name}


def test_all_that_replaces_an_aks_cluster_is_left_alone_in_one_that_stays(standing: Standing) -> None:
    ignored = standing.program[AKS].options.ignoreChanges
    known = RESOURCE_TYPES[standing.azure.made[AKS].token].replaced_by - {"location"}
    ours = {f"agentPoolProfiles[0].{name}" for name in IMMUTABLE_IN_A_POOL}
    assert [path for path in sorted(known | ours) if not is_ignored(path, ignored)] == []


def test_peerings_that_stand_are_not_repaired(standing: Standing) -> None:
    assert [list(half.options.replaceOnChanges) for half in standing.program.of_type(PEERING)] == [[], []]
