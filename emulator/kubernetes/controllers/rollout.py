"""The steps of a rolling update: arithmetic over replica counts."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Replicas:
    """The pods of one ReplicaSet of a Deployment: how many it should have, has, and has available."""

    asked: int
    present: int
    available: int


@dataclass(frozen=True)
class Limits:
    """How many pods a rolling update may add to, and take from, the desired number."""

    surge: int
    unavailable: int

    @classmethod
    def of(cls, desired: int, max_surge: int | str, max_unavailable: int | str) -> "Limits":
        """The limits with percentages of `desired` resolved: surge rounded up, unavailability rounded down.

        Where both come to zero, one pod may be unavailable, so that the update can go on.

        https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
        """
        surge = _resolve(max_surge, desired, math.ceil)
        unavailable = _resolve(max_unavailable, desired, math.floor)
        if surge == 0 and unavailable == 0:
            unavailable = 1
        return cls(surge, min(unavailable, desired))


def rolling_update(
    desired: int, limits: Limits, new: Replicas, old: Sequence[Replicas]
) -> tuple[int, list[int]]:
    """The next replica counts: of the new ReplicaSet, and of the old ones in their order (oldest first).

    One step changes either the new set or the old ones, as the Deployment controller does.
    """
    grown = _scale_up(desired, limits, new, old)
    if grown != new.asked:
        return grown, [one.asked for one in old]
    return new.asked, _scale_down(desired, limits, new, old)


def recreate(desired: int, new: Replicas, old: Sequence[Replicas], old_pods: int) -> tuple[int, list[int]]:
    """The next replica counts with strategy Recreate: no old pod runs beside a new one.

    `old_pods`: how many there are, with terminating ones.
    """
    if any(one.asked for one in old) or old_pods:
        return new.asked, [0 for _ in old]
    return desired, [0 for _ in old]


def _scale_up(desired: int, limits: Limits, new: Replicas, old: Sequence[Replicas]) -> int:
    if new.asked >= desired:
        return desired
    total = new.asked + sum(one.asked for one in old)
    room = max(0, desired + limits.surge - total)
    return min(desired, new.asked + room)


def _scale_down(desired: int, limits: Limits, new: Replicas, old: Sequence[Replicas]) -> list[int]:
    asked = [one.asked for one in old]
    minimum = desired - limits.unavailable
    # New pods that aren't available yet must not be counted on.
    spare = new.asked + sum(asked) - minimum - (new.asked - new.available)
    # Unavailable old pods go first: they serve no requests, and must not keep the next release waiting.
    for index, one in enumerate(old):
        unhealthy = min(max(0, spare), max(0, one.asked - one.available))
        asked[index] -= unhealthy
        spare -= unhealthy
    removable = new.available + sum(one.available for one in old) - minimum
    for index in range(len(asked)):
        taken = min(max(0, removable), asked[index])
        asked[index] -= taken
        removable -= taken
    return asked


def _resolve(value: int | str, desired: int, rounding: Callable[[float], int]) -> int:
    if isinstance(value, str):
        return rounding(desired * int(value.removesuffix("%")) / 100)
    return value
