"""What a controller decides: changes to objects, and when to look again. Controllers are functions."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from emulator.kubernetes.server.objects import Object


@dataclass(frozen=True)
class Create:
    """A new object."""

    item: Object


@dataclass(frozen=True)
class Replace:
    """New specification or metadata of an object."""

    item: Object


@dataclass(frozen=True)
class SetStatus:
    """The status that `item` should have."""

    item: Object
    status: Object


@dataclass(frozen=True)
class Delete:
    """Ask for the deletion of `item`; what belongs to it goes first."""

    item: Object


@dataclass(frozen=True)
class Remove:
    """Forget `item`: its deletion was asked for and nothing stands in the way any more."""

    item: Object


Change = Create | Replace | SetStatus | Delete | Remove


@dataclass(frozen=True)
class Plan:
    """Changes in order, and the time at which to plan anew even if nothing happens until then."""

    changes: list[Change] = field(default_factory=list)
    wake: datetime.datetime | None = None


def earliest(moments: Iterable[datetime.datetime | None]) -> datetime.datetime | None:
    """The first of the times that are given."""
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
