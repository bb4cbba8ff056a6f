"""What a Job's podFailurePolicy makes of failed pods."""

import pytest

from emulator.kubernetes.controllers.plan import Delete
from emulator.kubernetes.server.objects import Object
from emulator.tests.kubernetes_objects import NOW, later
from emulator.tests.kubernetes_work import Work, created, exit_code_rule


def test_a_job_fails_at_once_where_its_policy_says_so():
    work = Work(podFailurePolicy={"rules": [exit_code_rule("FailJob", "In", 3)]})
    work.plan()
    work.end(0, 3)
    assert created(work.plan(later(1))) == 0
    target, failed = work.job["status"]["conditions"]
    assert (target["type"], failed["type"]) == ("FailureTarget", "Failed")
    assert failed["reason"] == target["reason"] == "PodFailurePolicy"
    pod = work.pods[0]["metadata"]["name"]
    assert failed["message"] == (
        f"Container work for pod default/{pod} failed with exit code 3 matching FailJob rule at index 0"
    )
    assert work.job["status"]["failed"] == 1
    assert work.plan(later(9)).changes == []


def test_what_still_runs_is_deleted_when_a_pod_fails_its_job():
    policy = {"rules": [exit_code_rule("FailJob", "In", 3)]}
    work = Work(podFailurePolicy=policy, completions=2, parallelism=2)
    work.plan()
    work.end(0, 3)
    changes = work.plan().changes
    assert [change.item for change in changes if isinstance(change, Delete)] == [work.pods[1]]


def test_a_policy_comes_before_the_limit():
    work = Work(backoffLimit=0, podFailurePolicy={"rules": [exit_code_rule("FailJob", "In", 3)]})
    work.plan()
    work.end(0, 3)
    work.plan()
    assert work.job["status"]["conditions"][-1]["reason"] == "PodFailurePolicy"


@pytest.mark.parametrize(
    "rules",
    [
        [exit_code_rule("FailJob", "In", 2, 4)],
        [exit_code_rule("FailJob", "NotIn", 2, 3)],
        [exit_code_rule("FailJob", "In", 3, container="other")],
        [exit_code_rule("Count", "In", 3), exit_code_rule("FailJob", "In", 3)],
    ],
    ids=["other codes", "an excluded code", "another container", "an earlier rule"],
)
def test_a_failure_that_no_rule_makes_final_is_tried_again(rules: list[Object]):
    work = Work(podFailurePolicy={"rules": rules})
    work.plan()
    work.end(0, 3)
    assert work.plan(later(1)).wake == later(10)
    assert work.job["status"]["failed"] == 1


@pytest.mark.parametrize(
    "rule",
    [
        exit_code_rule("FailJob", "In", 2, 3, 4),
        exit_code_rule("FailJob", "In", 3, container=None),
        exit_code_rule("FailJob", "NotIn", 1),
    ],
)
def test_a_rule_fits_by_operator_values_and_container(rule: Object):
    work = Work(podFailurePolicy={"rules": [exit_code_rule("Count", "In", 9), rule]})
    work.plan()
    work.end(0, 3)
    work.plan()
    assert work.job["status"]["conditions"][-1]["message"].endswith("rule at index 1")


def test_success_fits_no_rule():
    work = Work(podFailurePolicy={"rules": [exit_code_rule("FailJob", "NotIn", 1)]})
    work.plan()
    work.end(0, 0)
    work.plan()
    assert work.job["status"]["conditions"][-1]["type"] == "Complete"


def test_ignored_failures_delay_the_next_pod_and_do_not_count():
    work = Work(backoffLimit=0, podFailurePolicy={"rules": [exit_code_rule("Ignore", "In", 3)]})
    work.plan()
    work.end(0, 3)
    plan = work.plan(later(1))
    assert (created(plan), plan.wake) == (0, later(10))
    assert "failed" not in work.job["status"]
    assert created(work.plan(later(10))) == 1
    work.end(1, 1, later(10))
    work.plan(later(10))
    assert work.job["status"]["conditions"][-1]["reason"] == "BackoffLimitExceeded"


def condition_rule(action: str) -> Object:
    return {"action": action, "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}


def test_a_disruption_that_is_ignored_does_not_count_and_a_failure_does():
    work = Work(backoffLimit=0, podFailurePolicy={"rules": [condition_rule("Ignore")]})
    work.plan()
    work.end(0, 143, NOW, "DisruptionTarget")
    assert created(work.plan(later(10))) == 1
    assert "failed" not in work.job["status"]
    work.end(1, 1, later(10), "Ready")
    work.plan(later(10))
    assert work.job["status"]["conditions"][-1]["reason"] == "BackoffLimitExceeded"


def test_a_disruption_may_end_the_job():
    work = Work(podFailurePolicy={"rules": [condition_rule("FailJob")]})
    work.plan()
    work.end(0, 143, NOW, "DisruptionTarget")
    work.plan()
    pod = work.pods[0]["metadata"]["name"]
    assert work.job["status"]["conditions"][-1]["message"] == (
        f"Pod default/{pod} has condition DisruptionTarget matching FailJob rule at index 0"
    )
