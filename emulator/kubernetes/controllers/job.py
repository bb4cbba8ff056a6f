"""The Job controller: creates pods until enough of them have succeeded, or too many have failed."""

import copy
import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

from emulator.kubernetes.controllers.backoff import Backoff
from emulator.kubernetes.controllers.plan import Change, Create, Delete, Plan, Replace, SetStatus, earliest
from emulator.kubernetes.controllers.podfailure import failure_of_job
from emulator.kubernetes.controllers.replicaset import pod_from_template
from emulator.kubernetes.controllers.tracking import FINALIZER, Tally, released, tally
from emulator.kubernetes.server.objects import Object, deleting, is_true, moment_of, owned_by, timestamp


@dataclass(frozen=True)
class _Pods:
    active: list[Object]
    terminating: list[Object]
    succeeded: list[Object]
    failed: list[Object]
    owned: list[Object]
    tally: Tally

    @classmethod
    def of(cls, job: Object, pods: Sequence[Object]) -> "_Pods":
        owned = [pod for pod in pods if owned_by(job, pod)]
        running = [pod for pod in owned if pod["status"]["phase"] in ("Pending", "Running")]
        return cls(
            active=[pod for pod in running if not deleting(pod)],
            terminating=[pod for pod in running if deleting(pod)],
            succeeded=[pod for pod in owned if pod["status"]["phase"] == "Succeeded"],
            failed=[pod for pod in owned if pod["status"]["phase"] == "Failed"],
            owned=owned,
            tally=tally(job, owned),
        )

    @property
    def failures(self) -> int:
        """What counts against backoffLimit: failed pods, and container restarts in active pods."""
        return self.tally.all_failed + sum(map(_restarts, self.active))


def plan_job(job: Object, pods: Sequence[Object], now: datetime.datetime, backoff: Backoff) -> Plan:
    """Plans which pods to create or delete, and the Job's status. `pods`: those of its namespace.

    https://kubernetes.io/docs/concepts/workloads/controllers/job/
    """
    mine = _Pods.of(job, pods)
    if deleting(job) or is_finished(job):
        release: list[Change] = [Replace(pod) for pod in released(job, mine.owned, over=True)]
        after = Plan() if deleting(job) else _plan_expiry(job, now)
        return Plan([*release, *after.changes], after.wake)
    release = [Replace(pod) for pod in released(job, mine.owned)]
    verdict = _verdict(job, mine, now)
    if verdict is not None:
        ended = {**_status(job, mine, now, active=0), **_final(mine.tally), **verdict}
        return Plan([*map(Delete, mine.active), SetStatus(job, ended), *release])
    wanted = _wanted(job, mine)
    retry = _retry_at(mine, backoff)
    changes: list[Change] = [Delete(pod) for pod in mine.active[max(0, wanted) :]]
    new = max(0, wanted - len(mine.active)) if retry is None or retry <= now else 0
    changes += [Create(_new_pod(job, now)) for _ in range(new)]
    status = _status(job, mine, now, active=min(len(mine.active), max(0, wanted)) + new)
    if status != job.get("status"):
        changes.append(SetStatus(job, status))
    return Plan([*changes, *release], earliest([_deadline(job), retry if retry and retry > now else None]))


def is_finished(job: Object) -> bool:
    """Whether the Job is complete or has failed for good."""
    return is_true(job, "Complete") or is_true(job, "Failed")


def _verdict(job: Object, pods: _Pods, now: datetime.datetime) -> Object | None:
    """The fields of status that complete or fail the Job; None while it goes on."""
    deadline = _deadline(job)
    if (message := failure_of_job(job, pods.failed)) is not None:
        return _ended(now, ("FailureTarget", "Failed"), "PodFailurePolicy", message)
    if pods.tally.all_failed > job["spec"]["backoffLimit"] or (
        pods.active and pods.failures > job["spec"]["backoffLimit"]
    ):
        reason, message = "BackoffLimitExceeded", "Job has reached the specified backoff limit"
        return _ended(now, ("FailureTarget", "Failed"), reason, message)
    if deadline is not None and deadline <= now:
        reason, message = "DeadlineExceeded", "Job was active longer than specified deadline"
        return _ended(now, ("FailureTarget", "Failed"), reason, message)
    if pods.tally.all_succeeded >= job["spec"]["completions"]:
        reason, message = "CompletionsReached", "Reached expected number of succeeded pods"
        ended = _ended(now, ("SuccessCriteriaMet", "Complete"), reason, message)
        return {**ended, "completionTime": timestamp(now)}
    return None


def _ended(now: datetime.datetime, types: Sequence[str], reason: str, message: str) -> Object:
    moment = timestamp(now)
    conditions = [
        {
            "type": one,
            "status": "True",
            "reason": reason,
            "message": message,
            "lastProbeTime": moment,
            "lastTransitionTime": moment,
        }
        for one in types
    ]
    return {"conditions": conditions}


def _wanted(job: Object, pods: _Pods) -> int:
    wanted = min(job["spec"]["parallelism"], job["spec"]["completions"] - pods.tally.all_succeeded)
    # Whether the failure of a terminating pod ends the Job is known only once it has ended.
    return wanted - len(pods.terminating) if job["spec"].get("podReplacementPolicy") == "Failed" else wanted


def _retry_at(pods: _Pods, backoff: Backoff) -> datetime.datetime | None:
    """When the next pod may start, given the failures since the last success. None: at once."""
    finished = [moment for moment in map(_finished_at, pods.failed) if moment is not None]
    succeeded = max((moment for moment in map(_finished_at, pods.succeeded) if moment), default=None)
    recent = [moment for moment in finished if succeeded is None or moment > succeeded]
    if not recent:
        return None
    return max(recent) + datetime.timedelta(seconds=backoff.delay(len(recent)))


def _finished_at(pod: Object) -> datetime.datetime | None:
    statuses = pod["status"].get("containerStatuses", [])
    ends = [
        status["state"]["terminated"]["finishedAt"] for status in statuses if "terminated" in status["state"]
    ]
    return max(map(moment_of, ends), default=None)


def _restarts(pod: Object) -> int:
    return sum(status["restartCount"] for status in pod["status"].get("containerStatuses", []))


def _deadline(job: Object) -> datetime.datetime | None:
    seconds = job["spec"].get("activeDeadlineSeconds")
    start = job.get("status", {}).get("startTime")
    return moment_of(start) + datetime.timedelta(seconds=seconds) if seconds and start else None


def _status(job: Object, pods: _Pods, now: datetime.datetime, active: int) -> Object:
    former = job.get("status", {})
    ready = sum(is_true(pod, "Ready") for pod in pods.active)
    return {
        "startTime": former.get("startTime", timestamp(now)),
        **({"active": active} if active else {}),
        **pods.tally.status(),
        "ready": ready if active else 0,
        "terminating": len(pods.terminating),
    }


def _final(counted: Tally) -> Object:
    """The counters of a finished Job, with the uncounted pods added."""
    return replace(
        counted,
        succeeded=counted.all_succeeded,
        failed=counted.all_failed,
        uncounted_succeeded=(),
        uncounted_failed=(),
    ).status()


def _new_pod(job: Object, now: datetime.datetime) -> Object:
    pod = pod_from_template(job, now)
    return {**pod, "metadata": {**pod["metadata"], "finalizers": [FINALIZER]}}


def _plan_expiry(job: Object, now: datetime.datetime) -> Plan:
    seconds = job["spec"].get("ttlSecondsAfterFinished")
    if seconds is None:
        return Plan()
    ended = next(one for one in job["status"]["conditions"] if one["type"] in ("Complete", "Failed"))
    due = moment_of(ended["lastTransitionTime"]) + datetime.timedelta(seconds=seconds)
    return Plan([Delete(copy.deepcopy(job))]) if due <= now else Plan(wake=due)
