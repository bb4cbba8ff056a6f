"""How a rolling update goes on: pure arithmetic over replica counts."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Replicas:
    """One ReplicaSet of a Deployment: how many pods it is asked for, has, and has available."""

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
        """Percentages of `desired` resolved: surge rounded up, unavailability down, never both zero.

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
    """The counts to ask for next: of the new ReplicaSet, and of the old ones, in their order (oldest first).

    One step at a time, as the Deployment controller does: either the new set changes or the old ones.
    """
    grown = _scale_up(desired, limits, new, old)
    if grown != new.asked:
        return grown, [one.asked for one in old]
    return new.asked, _scale_down(desired, limits, new, old)


def recreate(desired: int, new: Replicas, old: Sequence[Replicas], old_pods: int) -> tuple[int, list[int]]:
    """The counts to ask for next when no old pod may run beside a new one. `old_pods`: ending ones too."""
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
    # Unavailable old pods go first: they serve nobody, so that a broken release never blocks its successor.
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
