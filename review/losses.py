"""The dangers of deleting and replacing resources: what is lost with them."""

from __future__ import annotations

from collections.abc import Iterator

from .phrases import Phrase, Quoted
from .preview import Change, Operation, Preview
from .resource_types import AKS, KAFKA

_PEERING = "azure-native:network:VirtualNetworkPeering"
AKS_MINUTES = "5 to 14"
"""The minutes that Azure takes to create an AKS cluster (`docs/azure.md`)."""
_LOST = {
    KAFKA: "every topic with its messages and its consumers' offsets is lost",
    "azure-native:storage:StorageAccount": "what is stored in it is lost",
    "azure-native:containerregistry:Registry": "the images in it are lost",
    AKS: "all that runs in it is gone, also what others run",
    "azure-native:resources:ResourceGroup": "everything in it is deleted, also what others put there",
    "azure-native:network:VirtualNetwork": "nothing in it can be reached",
    _PEERING: "pods reach no broker without both its halves",
    "kubernetes:core/v1:Namespace": "every object in it is deleted",
    "kubernetes:core/v1:PersistentVolumeClaim": "what is stored in it may be lost",
}


def losses(preview: Preview) -> Iterator[Phrase]:
    """What is lost with each resource that is deleted or replaced, ordered by severity.

    Beside an AKS cluster that is deleted or replaced, nothing in it is named. The remains of earlier
    replacements come last.
    """
    lost = [one for one in preview.changes if one.operation in (Operation.DELETE, Operation.REPLACE)]
    if any(one.type == AKS for one in lost):
        lost = [one for one in lost if not one.type.startswith("kubernetes:")]
    for type_, consequence in _LOST.items():
        for change in lost:
            if change.type == type_:
                yield _repaired(change, preview) or (
                    Quoted(change.name),
                    f" is {change.operation}: {consequence}.",
                )
    if any(one.type == AKS and one.operation is Operation.REPLACE for one in lost):
        yield (
            f"There is no page until there is a new AKS cluster, for which Azure takes {AKS_MINUTES} "
            "minutes, and then it may have another address.",
        )
    for change in preview.leftovers:
        if consequence := _LOST.get(change.type):
            yield (
                Quoted(change.name),
                f" was replaced earlier; the old one, if it still exists, is deleted: {consequence}.",
            )


def _repaired(change: Change, preview: Preview) -> Phrase | None:
    """The sentence about a half of the peering that is replaced since the other half was deleted."""
    if change.type != _PEERING or change.operation is not Operation.REPLACE:
        return None
    gone = [one for one in preview.changes if one.type == _PEERING and one.operation is Operation.CREATE]
    if not gone:
        return None
    return (
        "No pod reaches a broker now, since a half of the peering is gone: ",
        Quoted(gone[0].name),
        ". Both are made anew.",
    )


def unprotected(preview: Preview) -> Iterator[Phrase]:
    """The remaining resources that Pulumi would no longer refuse to delete or replace."""
    for change in preview.changes:
        if change.operation is Operation.UPDATE and change.protected == (True, False):
            yield (Quoted(change.name), " is no longer protected: the next change may delete or replace it.")
