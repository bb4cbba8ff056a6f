"""An AKS cluster that somebody else made is used, and after `destroy` it is what it was."""

import json
import shutil
from pathlib import Path
from typing import Any

from .environment import Environment, adapted, eventually, occurrences, send

PROGRAM = Path(__file__).with_name("somebody_elses")
CLUSTER = {"existing": {"resourceGroup": "shop", "name": "shop-aks"}}


class Shop:
    """The other program, run from a copy: Pulumi keeps notes beside it."""

    def __init__(self, world: Environment, folder: Path) -> None:
        self._world = world
        self._folder = shutil.copytree(PROGRAM, folder / "shop")

    def pulumi(self, *arguments: str) -> str:
        return self._world.pulumi("--program", str(self._folder), *arguments)


def everything(world: Environment) -> dict[str, Any]:
    """Each resource in the subscription and each object in Kubernetes, as the stand-in remembers it."""
    files = [
        path
        for folder in ("azure", "kubernetes-*/objects")
        for path in world.home.glob(f"state/{folder}/**/*.json")
    ]
    return {str(path.relative_to(world.home)): json.loads(path.read_text()) for path in files}


def test_cluster_is_adopted_and_left_as_it_was(untouched: Environment, tmp_path: Path) -> None:
    world, shop = untouched, Shop(untouched, tmp_path)
    shop.pulumi("up", "--yes", "--skip-preview")
    shop.pulumi("refresh", "--yes", "--expect-no-changes")
    before = everything(world)
    assert [name for name in before if "virtualnetworks,aks-vnet-" in name]

    inside = {"hdinsightAddressSpace": "10.224.0.0/16", "hdinsightSubnet": "10.224.0.0/24"}
    refused = world.run("pulumi", "preview", *adapted(tmp_path, aks=CLUSTER, **inside))
    assert refused.status != 0
    assert "must not overlap the network aks-vnet-" in refused.output
    assert "Traceback" not in refused.output

    settings = adapted(tmp_path, aks=CLUSTER)
    world.succeed("up", *settings)
    outputs = world.outputs()
    assert "/resourceGroups/MC_shop_shop-aks_westeurope/" in outputs["aksVnetId"]
    send(outputs["appUrl"], "to a cluster of somebody else's")
    eventually(
        lambda: occurrences(outputs["appUrl"], "to a cluster of somebody else's") == 1,
        "the message comes back",
    )
    world.pulumi("preview", "--refresh", "--expect-no-changes", *settings)
    shop.pulumi("refresh", "--yes", "--expect-no-changes")

    added = everything(world).keys() - before.keys()
    assert [name for name in added if "mc_shop" in name and "peerings" not in name] == []
    world.pulumi("destroy", "--yes", *settings)
    assert everything(world) == before
    shop.pulumi("preview", "--expect-no-changes")
