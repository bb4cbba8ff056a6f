"""Somebody else's AKS cluster, in another subscription, is used; after `destroy` it is what it was."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from emulator import control
from emulator.azure.resource_manager import arm
from emulator.home import Home

from .environment import Environment, adapted, eventually, occurrences, send

PROGRAM = Path(__file__).with_name("somebody_elses")
THEIRS = arm.OTHER_SUBSCRIPTION
NOBODYS = "11111111-0000-0000-0000-000000000000"


def in_shop(name: str, subscription: str = THEIRS) -> dict[str, Any]:
    return {"existing": {"resourceGroup": "shop", "name": name, "subscription": subscription}}


class Shop:
    """The other program, run from a copy: Pulumi keeps notes beside it."""

    def __init__(self, world: Environment, folder: Path) -> None:
        self._world = world
        self._folder = shutil.copytree(PROGRAM, folder / "shop")

    def pulumi(self, *arguments: str) -> str:
        return self._world.pulumi("--program", str(self._folder), *arguments)


def everything(world: Environment) -> dict[str, Any]:
    """Each resource in Azure and each object in Kubernetes, as the stand-in remembers it."""
    files = [
        path
        for folder in ("azure", "kubernetes-*/objects")
        for path in world.home.glob(f"state/{folder}/**/*.json")
    ]
    return {str(path.relative_to(world.home)): json.loads(path.read_text()) for path in files}


def test_cluster_is_adopted_and_left_as_it_was(
    untouched: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_SUBSCRIPTION", THEIRS)
    world, shop = untouched, Shop(untouched, tmp_path)
    shop.pulumi("up", "--yes", "--skip-preview")
    shop.pulumi("refresh", "--yes", "--expect-no-changes")
    before = everything(world)
    assert [name for name in before if "virtualnetworks,aks-vnet-" in name]

    inside = {"hdinsightAddressSpace": "10.224.0.0/16", "hdinsightSubnet": "10.224.0.0/24"}
    refused = world.run("pulumi", "preview", *adapted(tmp_path, aks=in_shop("shop-aks"), **inside))
    assert refused.status != 0
    assert "must not overlap the network aks-vnet-" in refused.output
    assert "Traceback" not in refused.output

    refused = world.run("pulumi", "preview", *adapted(tmp_path, aks=in_shop("shop-aks", NOBODYS)))
    assert refused.status != 0
    assert "aks.existing = 'shop-aks in resource group shop of subscription 11111111-" in refused.output
    assert "Azure answers SubscriptionNotFound" in refused.output

    settings = adapted(tmp_path, aks=in_shop("shop-aks"), registry=in_shop("shopimages"), registryName="")
    world.succeed("up", *settings)
    outputs = world.outputs()
    assert f"/{THEIRS}/resourceGroups/MC_shop_shop-aks_westeurope/" in outputs["aksVnetId"]
    assert f"/{arm.SUBSCRIPTION}/" in outputs["hdinsightVnetId"]
    assert outputs["registryLoginServer"] == "shopimages.azurecr.io"
    send(outputs["appUrl"], "to a cluster of somebody else's")
    eventually(
        lambda: occurrences(outputs["appUrl"], "to a cluster of somebody else's") == 1,
        "the message comes back",
    )
    world.pulumi("preview", "--refresh", "--expect-no-changes", *settings)
    shop.pulumi("refresh", "--yes", "--expect-no-changes")

    [theirs] = [found["id"] for found in world.resources() if found["urn"].endswith("::aks-to-hdinsight")]
    control.call(Home(world.home), "peering-delete", ids=[theirs])
    assert "A half of the peering was deleted, aks-to-hdinsight," in world.pulumi("preview", *settings)
    world.succeed("up", *settings)
    send(outputs["appUrl"], "by a peering made anew")
    eventually(
        lambda: occurrences(outputs["appUrl"], "by a peering made anew") == 1, "the message comes back"
    )
    world.pulumi("preview", "--refresh", "--expect-no-changes", *settings)

    added = everything(world).keys() - before.keys()
    assert [name for name in added if "mc_shop" in name and "peerings" not in name] == []
    world.pulumi("destroy", "--yes", *settings)
    assert everything(world) == before
    shop.pulumi("preview", "--expect-no-changes")
