"""The dangers of deleting and replacing resources: what is lost with them."""

from __future__ import annotations

from collections.abc import Iterator

from .phrases import Phrase, Quoted
from .preview import Operation, Preview

_AKS = "azure-native:containerservice:ManagedCluster"
_LOST = {
    "azure-native:hdinsight:Cluster": "every topic with its messages and its consumers' offsets is lost",
    "azure-native:storage:StorageAccount": "what is stored in it is lost",
    "azure-native:containerregistry:Registry": "the images in it are lost",
    _AKS: "all that runs in it is gone, also what others run",
    "azure-native:resources:ResourceGroup": "everything in it is deleted, also what others put there",
    "azure-native:network:VirtualNetwork": "nothing in it can be reached",
    "azure-native:network:VirtualNetworkPeering": "pods reach no broker without both its halves",
    "kubernetes:core/v1:Namespace": "every object in it is deleted",
    "kubernetes:core/v1:PersistentVolumeClaim": "what is stored in it may be lost",
}


def losses(preview: Preview) -> Iterator[Phrase]:
    """What is lost with each resource that is deleted or replaced, ordered by severity.

    Beside an AKS cluster that is deleted or replaced, nothing in it is named.
    """
    lost = [one for one in preview.changes if one.operation in (Operation.DELETE, Operation.REPLACE)]
    if any(one.type == _AKS for one in lost):
        lost = [one for one in lost if not one.type.startswith("kubernetes:")]
    for type_, consequence in _LOST.items():
        for change in lost:
            if change.type == type_:
                yield (Quoted(change.name), f" is {change.operation}: {consequence}.")
