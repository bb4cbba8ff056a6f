"""The Job controller: when a Job's pods are made, counted and replaced, and when it ends."""

import pytest

from emulator.kubernetes.controllers.backoff import Backoff
from emulator.kubernetes.controllers.job import plan_job
from emulator.kubernetes.controllers.plan import Delete
from emulator.kubernetes.server.objects import Object, timestamp
from emulator.tests.kubernetes_objects import NOW, later
from emulator.tests.kubernetes_work import BACKOFF, Work, created, exit_code_rule


def test_a_job_makes_a_pod_and_is_complete_when_that_has_succeeded():
    work = Work()
    assert created(work.plan()) == 1
    assert work.plan().changes == []
    assert work.job["status"]["active"] == 1
    work.end(0, 0)
    work.plan(later(3))
    assert [one["type"] for one in work.job["status"]["conditions"]] == ["SuccessCriteriaMet", "Complete"]
    assert work.job["status"]["succeeded"] == 1
    assert work.job["status"]["completionTime"] == timestamp(later(3))
    assert work.plan(later(9)).changes == []


def test_a_failed_pod_is_followed_by_another_after_a_growing_delay():
    work = Work()
    work.plan()
    for failures, delay in ((1, 10), (2, 20), (3, 40)):
        work.end(failures - 1, 1)
        plan = work.plan(later(1))
        assert (created(plan), plan.wake) == (0, later(delay))
        assert created(work.plan(later(delay))) == 1


def test_a_job_fails_at_its_backoff_limit():
    work = Work(backoffLimit=1)
    work.plan()
    work.end(0, 1)
    work.plan(later(10))
    work.end(1, 1, later(10))
    work.plan(later(11))
    (_, failed) = work.job["status"]["conditions"]
    assert (failed["type"], failed["reason"]) == ("Failed", "BackoffLimitExceeded")
    assert work.job["status"]["failed"] == 2


@pytest.mark.parametrize("policy", [None, {"rules": [exit_code_rule("Ignore", "In", 9)]}])
def test_a_deleted_pod_is_kept_until_it_is_counted_as_failed(policy: Object | None):
    work = Work(backoffLimit=0, **({"podFailurePolicy": policy} if policy else {}))
    work.plan()
    assert work.pods[0]["metadata"]["finalizers"] == ["batch.kubernetes.io/job-tracking"]
    work.pods[0]["metadata"]["deletionTimestamp"] = timestamp(NOW)
    if policy:
        # A policy depends on how a pod ended, so that the Job waits for its end.
        work.plan()
        assert (work.job["status"]["terminating"], work.job["status"].get("failed")) == (1, None)
        work.end(0, 143)
    work.plan()
    assert "finalizers" not in work.pods[0]["metadata"]
    assert work.job["status"]["failed"] == 1
    assert work.job["status"]["conditions"][-1]["reason"] == "BackoffLimitExceeded"


@pytest.mark.parametrize("stopped_after", [1, 2, 3])
def test_a_pod_is_counted_once_wherever_the_controller_is_stopped(stopped_after: int):
    work = Work()
    work.plan()
    work.end(0, 1)
    # Only the first changes are applied; the next plan starts from there.
    for change in plan_job(work.job, work.pods, later(1), BACKOFF).changes[:stopped_after]:
        work.carry_out(change)
    work.plan(later(1))
    assert work.job["status"]["failed"] == 1
    work.pods.pop(0)
    work.plan(later(1))
    assert work.job["status"]["failed"] == 1


def test_the_pods_of_a_job_that_goes_are_not_held():
    work = Work()
    work.plan()
    metadata = work.pods[0]["metadata"]
    work.job["metadata"]["deletionTimestamp"] = metadata["deletionTimestamp"] = timestamp(NOW)
    work.plan()
    assert "finalizers" not in work.pods[0]["metadata"]


@pytest.mark.parametrize("policy", [None, {"rules": [exit_code_rule("FailJob", "In", 3)]}])
def test_with_a_policy_a_pod_is_replaced_when_it_has_ended_and_not_while_it_ends(policy: Object | None):
    work = Work(**({"podFailurePolicy": policy} if policy else {}))
    work.plan()
    work.pods[0]["metadata"]["deletionTimestamp"] = timestamp(NOW)
    assert created(work.plan()) == (0 if policy else 1)
    work.pods.pop(0)
    work.plan()
    assert len(work.pods) == 1


def test_restarts_in_place_count_against_the_limit():
    work = Work(backoffLimit=1, restart_policy="OnFailure")
    work.plan()
    status = {"restartCount": 2, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
    work.pods[0]["status"] = {"phase": "Running", "containerStatuses": [status]}
    changes = work.plan().changes
    assert [change.item for change in changes if isinstance(change, Delete)] == work.pods
    assert work.job["status"]["conditions"][-1]["reason"] == "BackoffLimitExceeded"


def test_a_job_ends_at_its_deadline():
    work = Work(activeDeadlineSeconds=30)
    work.plan()
    assert work.plan(later(10)).wake == later(30)
    changes = work.plan(later(30)).changes
    assert [change.item for change in changes if isinstance(change, Delete)] == work.pods
    assert work.job["status"]["conditions"][-1]["reason"] == "DeadlineExceeded"


def test_several_completions_run_side_by_side_as_far_as_allowed():
    work = Work(completions=3, parallelism=2)
    assert created(work.plan()) == 2
    work.end(0, 0)
    assert created(work.plan()) == 1
    work.end(1, 0)
    assert created(work.plan()) == 0
    work.end(2, 0)
    work.plan()
    assert work.job["status"]["succeeded"] == 3


def test_a_finished_job_goes_when_its_time_is_over():
    work = Work(ttlSecondsAfterFinished=60)
    work.plan()
    work.end(0, 0)
    work.plan()
    assert work.plan(later(10)).wake == later(60)
    (change,) = work.plan(later(60)).changes
    assert isinstance(change, Delete)
    assert change.item["kind"] == "Job"


def test_a_delay_doubles_up_to_its_limit():
    assert [Backoff(10, 60).delay(failures) for failures in range(6)] == [0, 10, 20, 40, 60, 60]
    assert Backoff(10, 60).delay(10_000) == 60
