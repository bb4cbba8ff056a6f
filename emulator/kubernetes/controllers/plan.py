"""The plan that a controller returns: changes to objects, and when to plan again."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from emulator.kubernetes.server.objects import Object


@dataclass(frozen=True)
class Create:
    """Create a new object."""

    item: Object


@dataclass(frozen=True)
class Replace:
    """Write an object's new specification or metadata."""

    item: Object


@dataclass(frozen=True)
class SetStatus:
    """Write the status of `item`."""

    item: Object
    status: Object


@dataclass(frozen=True)
class Delete:
    """Mark `item` as deleted; its dependents are removed first."""

    item: Object


@dataclass(frozen=True)
class Remove:
    """Remove `item`, which is marked as deleted and has no dependents left."""

    item: Object


Change = Create | Replace | SetStatus | Delete | Remove


@dataclass(frozen=True)
class Plan:
    """Changes in order, and the time at which to plan again even if nothing changes until then."""

    changes: list[Change] = field(default_factory=list)
    wake: datetime.datetime | None = None


def earliest(moments: Iterable[datetime.datetime | None]) -> datetime.datetime | None:
    """The earliest of the times; None if there is none."""
    return min((moment for moment in moments if moment is not None), default=None)


def with_condition(
    conditions: list[Object], now: str, condition_type: str, status: bool, reason: str, message: str
) -> list[Object]:
    """`conditions` with this one set; its transition time changes only with its status."""
    former = next((one for one in conditions if one["type"] == condition_type), None)
    value = "True" if status else "False"
    turned = former["lastTransitionTime"] if former and former["status"] == value else now
    condition = {"type": condition_type, "status": value, "lastTransitionTime": turned}
    if reason:
        condition |= {"reason": reason, "message": message}
    return [one for one in conditions if one["type"] != condition_type] + [condition]
