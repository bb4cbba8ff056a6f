"""Counts each ended pod of a Job exactly once, also one that is deleted meanwhile.

Pods of a Job carry a finalizer: a deleted pod stays in the API until the Job has counted it
(trackJobStatusAndRemoveFinalizers in pkg/controller/job/job_controller.go).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from emulator.kubernetes.controllers.podfailure import counts
from emulator.kubernetes.server.objects import Object, deleting

FINALIZER = "batch.kubernetes.io/job-tracking"


@dataclass(frozen=True)
class Tally:
    """How many pods of a Job have succeeded and failed.

    `uncounted_*`: the uids of pods that the Job's status names and its counters leave out.
    """

    succeeded: int
    failed: int
    uncounted_succeeded: tuple[str, ...]
    uncounted_failed: tuple[str, ...]

    @property
    def all_succeeded(self) -> int:
        """The succeeded pods, with the uncounted ones."""
        return self.succeeded + len(self.uncounted_succeeded)

    @property
    def all_failed(self) -> int:
        """The failed pods, with the uncounted ones: they count against backoffLimit."""
        return self.failed + len(self.uncounted_failed)

    def status(self) -> Object:
        """The fields of the Job's status, without zeros."""
        uncounted = {"succeeded": [*self.uncounted_succeeded], "failed": [*self.uncounted_failed]}
        fields = {
            "succeeded": self.succeeded,
            "failed": self.failed,
            "uncountedTerminatedPods": {name: uids for name, uids in uncounted.items() if uids},
        }
        return {name: value for name, value in fields.items() if value or name == "uncountedTerminatedPods"}


def tally(job: Object, pods: Sequence[Object]) -> Tally:
    """The tally of the Job's status, continued with its present `pods`.

    A pod is first named in the status, then loses its finalizer (`released`), and only then moves into the
    counters. So each is counted once, whenever the controller is stopped.
    """
    status = job.get("status") or {}
    uncounted = status.get("uncountedTerminatedPods") or {}
    tracked = {_uid(pod): pod for pod in pods if is_tracked(pod)}
    succeeded, failed = uncounted.get("succeeded", []), uncounted.get("failed", [])
    new = [pod for uid, pod in tracked.items() if uid not in succeeded and uid not in failed]
    return Tally(
        succeeded=status.get("succeeded", 0) + sum(uid not in tracked for uid in succeeded),
        failed=status.get("failed", 0) + sum(uid not in tracked for uid in failed),
        uncounted_succeeded=(
            *(uid for uid in succeeded if uid in tracked),
            *(_uid(pod) for pod in new if pod["status"]["phase"] == "Succeeded"),
        ),
        uncounted_failed=(
            *(uid for uid in failed if uid in tracked),
            *(_uid(pod) for pod in new if is_failed(job, pod) and counts(job, pod)),
        ),
    )


def is_failed(job: Object, pod: Object) -> bool:
    """isPodFailed: a terminating pod counts as failed, unless podReplacementPolicy is Failed."""
    if pod["status"]["phase"] == "Failed":
        return True
    waits = job["spec"].get("podReplacementPolicy") == "Failed"
    return not waits and deleting(pod) and pod["status"]["phase"] != "Succeeded"


def released(job: Object, pods: Iterable[Object], *, over: bool = False) -> list[Object]:
    """Copies of the ended pods without the finalizer. `over`: the Job is over; deleted pods are included."""
    return [
        _without_finalizer(pod)
        for pod in pods
        if is_tracked(pod)
        and (pod["status"]["phase"] == "Succeeded" or is_failed(job, pod) or (over and deleting(pod)))
    ]


def is_tracked(pod: Object) -> bool:
    """Whether the pod waits to be counted."""
    return FINALIZER in pod["metadata"].get("finalizers", ())


def _without_finalizer(pod: Object) -> Object:
    metadata = {name: value for name, value in pod["metadata"].items() if name != "finalizers"}
    return {**pod, "metadata": metadata}


def _uid(pod: Object) -> str:
    return pod["metadata"]["uid"]
