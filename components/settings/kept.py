"""Defaults that came after stacks were made: a cluster that stands keeps what it has.

Azure changes neither the size of a pool's nodes nor where pods have their addresses, so that another default
would replace the cluster and everything in it.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from .azure.versions import channel_for
from .validation import leniency
from .validation.leniency import Made

POOL = "nodepool1"
"""The pool of a new cluster."""
AKS_COMPONENT = "aks-kafka:index:AksCluster"
RECORD = "madeWith"
"""Output of a cluster's component that records the settings that the cluster was made with."""


def node_size(for_new: str) -> str:
    """The VM size of the AKS cluster's nodes; `for_new` where there is none yet."""
    cluster = leniency.standing(Made.AKS)
    if cluster is None:
        return for_new
    return _recorded("aksNodeSize") or _as_listed(str(_pool(cluster).get("vmSize") or for_new))


def pod_network(for_new: str) -> str:
    """Where the pods of the AKS cluster have their addresses; `for_new` where there is none yet."""
    cluster = leniency.standing(Made.AKS)
    if cluster is None:
        return for_new
    if recorded := _recorded("aksPodNetwork"):
        return recorded
    mode = str(_part(cluster, "networkProfile").get("networkPluginMode") or "")
    return "overlay" if mode.lower() == "overlay" else "flat"


def upgrade_channel(for_new: str, version: str) -> str:
    """The channel by which AKS upgrades the cluster.

    A cluster that is still to be made gets `for_new` where no `version` is set, and else as many upgrades as
    the version leaves room for.
    """
    cluster = leniency.standing(Made.AKS)
    if cluster is None:
        return channel_for(version) or for_new
    # Azure leaves out what is off.
    return str(_part(cluster, "autoUpgradeProfile").get("upgradeChannel") or "none")


def _recorded(setting: str) -> str:
    """What the cluster was made with, as it was set: Azure may spell it otherwise. Empty: nothing says."""
    component = leniency.standing(AKS_COMPONENT) or {}
    return str((component.get(RECORD) or {}).get(setting) or "")


def _as_listed(size: str) -> str:
    """A VM size as lists of them spell it: Azure may say standard_d2s_v5."""
    return re.sub(r"^[a-z]|(?<=_)[a-u]", lambda first: first[0].upper(), size)


def _pool(cluster: Mapping[str, Any]) -> Mapping[str, Any]:
    pools = cluster.get("agentPoolProfiles") or [{}]
    return next((pool for pool in pools if pool.get("name") == POOL), pools[0])


def _part(cluster: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return cluster.get(name) or {}


DEFAULTS: Mapping[str, Callable[[str, str], str]] = {
    "aks_node_size": lambda for_new, _: node_size(for_new),
    "aks_pod_network": lambda for_new, _: pod_network(for_new),
    "aks_upgrade_channel": upgrade_channel,
}
"""By setting: its value where it is left out, from what it is for new clusters, and kubernetesVersion."""
