"""The resources that change, grouped by what happens to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from .differences import differences
from .phrases import Phrase, listed
from .preview import Change, Operation

_ORDER = (
    Operation.DELETE,
    Operation.REPLACE,
    Operation.UNKNOWN,
    Operation.CREATE,
    Operation.IMPORT,
    Operation.UPDATE,
    Operation.FORGET,
)
_WITH_NEW_PODS = "updated, with new pods"
_RUN_AGAIN = "run again"
_WAITED_FOR = "waited for"
_WORDS = (*_ORDER[:6], _WITH_NEW_PODS, _RUN_AGAIN, _WAITED_FOR, *_ORDER[6:])
_WAITING = ("dynamic/kubernetes:JobMessage", "dynamic/kubernetes:Rollout")
"""Types of resources whose update only waits for a Job or a Deployment."""


def headline(changes: Sequence[Change]) -> Phrase:
    """The number of resources that each operation changes, as Pulumi counts them."""
    counts = {operation: sum(one.operation is operation for one in changes) for operation in _ORDER}
    said = [f"{count} {operation}" for operation, count in counts.items() if count]
    return (f"{', '.join(said)}.",) if said else ("Nothing changes.",)


def changed(changes: Iterable[Change]) -> Iterator[Phrase]:
    """The names of the resources that change, a sentence for each operation."""
    names: dict[str, list[str]] = defaultdict(list)
    for change in changes:
        names[_word(change)].append(change.name)
    for word in _WORDS:
        if word in names:
            yield (f"{word.capitalize()}: ", *listed(names[word]))


def deleted(leftovers: Sequence[Change]) -> Iterator[Phrase]:
    """The names of the remains of earlier replacements."""
    if leftovers:
        yield ("Deleted after an earlier replacement: ", *listed(one.name for one in leftovers))


def _word(change: Change) -> str:
    """The operation on a resource, or its effect: a Job that is replaced runs again."""
    if change.operation is Operation.REPLACE and change.type == "kubernetes:batch/v1:Job":
        return _RUN_AGAIN
    if change.operation is Operation.UPDATE and change.type.endswith(_WAITING):
        return _WAITED_FOR
    if change.operation is Operation.UPDATE and _has_new_pods(change):
        return _WITH_NEW_PODS
    return change.operation


def _has_new_pods(change: Change) -> bool:
    """Whether a Deployment makes its pods anew."""
    return change.type == "kubernetes:apps/v1:Deployment" and any(
        one.path.startswith("spec.template") for one in differences(change)
    )
