"""Waits for what happens in a Kubernetes cluster, says what it waits for, and gives up on what can't pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..running.clock import Clock
from ..running.progress import Progress
from .api import ApiRefused, ApiUnreachable
from .pod_troubles import Cause, Trouble

POLL_SECONDS = 1.0


@dataclass(frozen=True)
class Limits:
    """How long is waited, in seconds."""

    job: float = 1500
    rollout: float = 1800
    lasting: float = 45
    """For what doesn't pass by itself: an image that isn't there, a pod that may not be made."""
    role: float = 600
    """Until a role is in effect by which the image may be pulled.

    https://learn.microsoft.com/azure/role-based-access-control/troubleshooting
    """

    @classmethod
    def of(cls, props: Mapping[str, Any]) -> Limits:
        """Those among the properties of a resource; without them, these here."""
        return cls(**(props.get("limits") or {}))

    def as_property(self) -> dict[str, float]:
        return asdict(self)

    def patience(self, cause: Cause) -> float | None:
        """How long this may keep pods from running. None: as long as anything else."""
        match cause:
            case Cause.MISSING_IMAGE | Cause.MISCONFIGURED | Cause.REFUSED:
                return self.lasting
            case Cause.NO_RIGHT_TO_IMAGE:
                return self.role
        return None


@dataclass(frozen=True)
class Look:
    """What one look at the cluster has shown: success, or a failure for good, or what is still missing."""

    done: bool = False
    failed: str = ""
    missing: str = ""
    troubles: tuple[Trouble, ...] = ()
    message: str = ""
    """Of a success."""


class NotReached(Exception):
    """What was waited for won't happen, or has not in time; says why."""


def wait(
    subject: str,
    look: Callable[[], Look],
    seconds: float,
    limits: Limits,
    *,
    clock: Clock,
    progress: Progress,
    alive: Callable[[], None] = lambda: None,
) -> Look:
    """Look every second until it is done; answers the last look. `alive` raises when nobody waits any more.

    An API server that doesn't answer for a while, as while AKS renews it, is waited for as well.

    Raises:
        NotReached: it failed, or `seconds` are over, or a trouble has outlasted its limit.
        ApiRefused: the API server does not let us look.
    """
    begun = clock.now()
    since: dict[Cause, float] = {}
    while True:
        alive()
        seen = _look(look)
        if seen.done:
            return seen
        if seen.failed:
            raise NotReached(f"{subject} failed: {seen.failed}")
        now = clock.now()
        if not seen.troubles:
            since.clear()
        for trouble in seen.troubles:
            lasted = now - since.setdefault(trouble.cause, now)
            patience = limits.patience(trouble.cause)
            if patience is not None and lasted >= patience:
                raise NotReached(f"{subject} can't succeed: for {lasted:.0f} s now {trouble}")
        reason = "; ".join([seen.missing, *map(str, seen.troubles)])
        if now - begun >= seconds:
            raise NotReached(f"{subject} did not come about within {seconds:.0f} s: {reason}")
        progress.waiting(subject, reason)
        clock.sleep(POLL_SECONDS)


def _look(look: Callable[[], Look]) -> Look:
    try:
        return look()
    except ApiUnreachable as error:
        return Look(missing=str(error))
    except ApiRefused as refusal:
        if refusal.status < 500 and refusal.status != 429:
            raise
        return Look(missing=str(refusal))
