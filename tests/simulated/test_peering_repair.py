"""A half of the peering that somebody deleted: the next run declares a change, and one that Azure takes."""

from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.mocks import MockCallArgs

from components.existing.network import HALVES
from emulator.providers.provider import ProviderError
from emulator.tests.azure_subscription import Made, Subscription, refused
from tests.simulated.test_drift import OF_OUR_OWN, EmulatedAzure, declare, is_ignored
from tests.unit.recording import Azure, Deployment, Refusal
from tests.unit.test_main import CHECKOUT

URN = (
    "urn:pulumi:test::aks-kafka::aks-kafka:index:PeeredNetworks$azure-native:network:VirtualNetworkPeering::"
)


class LaterRun(EmulatedAzure):
    """A run that finds what an earlier one made, and changes nothing by itself."""

    def __init__(self, earlier: EmulatedAzure, known: dict[str, Made]) -> None:
        Azure.__init__(self, {})
        self.subscription, self.made = earlier.subscription, earlier.made
        self._known = known

    def new_resource(self, args: Any) -> tuple[str | None, dict[str, Any]]:
        if args.name in self.made:
            return self.made[args.name].id, self.made[args.name].outputs
        return super().new_resource(args)

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        if args.token == "pulumi:pulumi:readStackResourceOutputs":
            outputs = {f"{URN}{name}": {"outputs": half.outputs} for name, half in self._known.items()}
            return {"outputs": outputs}, []
        try:
            return super().call(args)
        except ProviderError as error:
            raise Refusal(str(error)) from error


@pytest.fixture
def azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EmulatedAzure:
    monkeypatch.chdir(CHECKOUT)
    return EmulatedAzure(tmp_path)


def changed(subscription: Subscription, half: Made, declared: Deployment, name: str) -> list[str]:
    """What the engine sees of a half that it declares: what differs, apart from what the program ignores."""
    wanted = subscription.check(half.token, name, declared[name].inputs, half.inputs)
    planned = subscription.provider.diff({}, half.urn, half.token, half.id, half.inputs, half.outputs, wanted)
    ignored = declared[name].options.ignoreChanges
    return [path for path in planned.changed if not is_ignored(path, ignored)]


@pytest.mark.parametrize("refreshed", [False, True], ids=["up", "up --refresh"])
@pytest.mark.parametrize("lost", HALVES)
def test_both_halves_are_made_anew_and_then_nothing_is_left_to_do(
    azure: EmulatedAzure, lost: str, refreshed: bool
) -> None:
    before = declare(azure, OF_OUR_OWN[0])
    subscription = azure.subscription
    left = next(half for half in HALVES if half != lost)
    halves = {name: azure.made[name] for name in HALVES}
    subscription.delete(halves[lost])
    with refused("RemotePeeringIsDisconnected"):
        subscription.create("network:VirtualNetworkPeering", lost, **before[lost].inputs)
    known = dict(halves)
    if refreshed:
        subscription.refresh(halves[left])
        del known[lost]

    repairing = declare(LaterRun(azure, known), OF_OUR_OWN[0])
    for name, half in known.items():
        assert changed(subscription, half, repairing, name) == ["peeringState"]
        assert list(repairing[name].options.replaceOnChanges) == ["peeringState"]
    assert left in repairing[lost].depends_on
    subscription.delete(halves[left])
    for name in (left, lost):
        made = subscription.create("network:VirtualNetworkPeering", name, **repairing[name].inputs)
        halves[name] = azure.made[name] = made
    assert halves[lost].outputs["peeringState"] == "Connected"

    for refresh in (False, True):
        after = declare(LaterRun(azure, halves), OF_OUR_OWN[0])
        for name, half in halves.items():
            if refresh:
                subscription.refresh(half)
                assert half.outputs["peeringState"] == "Connected"
            assert changed(subscription, half, after, name) == []
            assert not after[name].options.replaceOnChanges
