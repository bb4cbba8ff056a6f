"""The costs of a change: clusters that are created, and workers that are added to one."""

from __future__ import annotations

from collections.abc import Iterator

from policy.rules.resource import value_at

from .brokers import CREATION_MINUTES
from .losses import AKS_MINUTES
from .phrases import Phrase, Quoted, counted
from .preview import Operation, Preview
from .resource_types import AKS, KAFKA

RESOURCE = "kafka-workers"
RESIZE_MINUTES = "10 to 20"
"""The minutes that HDInsight takes to add workers (`docs/operations.md`)."""
_MINUTES = {KAFKA: CREATION_MINUTES, AKS: AKS_MINUTES}
_COUNT = "environment.WORKERS"
_ROLES = "properties.computeProfile.roles"


def costs(preview: Preview) -> Iterator[Phrase]:
    """The clusters and workers that are paid for after the change, and how long Azure takes for them."""
    for change in preview.changes:
        if change.operation is Operation.CREATE and change.type in _MINUTES:
            yield (
                Quoted(change.name),
                f" is new: Azure takes {_MINUTES[change.type]} minutes, and you pay for it from then on.",
            )
    yield from _workers(preview)


def _workers(preview: Preview) -> Iterator[Phrase]:
    """The consequences of more workers; none if their cluster is created or replaced."""
    change = preview.named(RESOURCE)
    if change is None or change.operation is not Operation.UPDATE:
        return
    before, after = _number(value_at(change.before, _COUNT)), _number(value_at(change.after, _COUNT))
    if (more := after - before) <= 0:
        return
    workers = "1 worker is added" if more == 1 else f"{more} workers are added"
    yield (
        f"{workers}, for which HDInsight takes {RESIZE_MINUTES} minutes, and which it never removes "
        f"again. From then on you pay for {'it' if more == 1 else 'them'}",
        *_machine(preview, more),
        ".",
    )
    if more == 1:
        yield (
            "The new broker starts with what is configured in Ambari, or is restarted alone where it runs "
            "without that: no other broker restarts for it. It holds no partition, and takes no load, until "
            "somebody moves some there.",
        )
    else:
        yield (
            "New brokers start with what is configured in Ambari, or are restarted where they run without "
            "that: no other broker restarts for them. They hold no partition, and take no load, until "
            "somebody moves some there.",
        )


def _number(count: object) -> int:
    return int(count) if isinstance(count, str) and count.isdecimal() else 0


def _machine(preview: Preview, count: int) -> Phrase:
    """The VM size and disks of a worker, if the preview contains them."""
    cluster = next((one for one in preview.resources if one.type == KAFKA), None)
    for role in (value_at(cluster.before, _ROLES) or ()) if cluster else ():
        if role.get("name") == "workernode":
            size = value_at(role, "hardwareProfile.vmSize")
            disks = sum(int(group.get("disksPerNode") or 0) for group in role.get("dataDisksGroups") or ())
            if isinstance(size, str):
                return (
                    ", ",
                    Quoted(size),
                    f" with {counted(disks, 'managed disk')}{' each' if count > 1 else ''}",
                )
    return ()
