"""The controllers as functions: what they decide, without a world."""

import datetime
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.kubernetes.controllers.backoff import Backoff, Timing
from emulator.kubernetes.controllers.deployment import plan_deployment
from emulator.kubernetes.controllers.garbage import plan_garbage
from emulator.kubernetes.controllers.job import plan_job
from emulator.kubernetes.controllers.manager import plan_all, plan_schedule
from emulator.kubernetes.controllers.plan import Change, Create, Delete, Plan, Remove, Replace, SetStatus
from emulator.kubernetes.controllers.replicaset import plan_replica_set
from emulator.kubernetes.controllers.rollout import Limits, Replicas, recreate, rolling_update
from emulator.kubernetes.server.defaults import with_defaults, with_job_identity
from emulator.kubernetes.server.objects import Object, condition_of, key_of, timestamp
from emulator.tests.kubernetes_world import deployment, job

NOW = datetime.datetime(2025, 1, 1, 12, 0, 0, tzinfo=datetime.UTC)
BACKOFF = Backoff(10, 360)


def later(seconds: float) -> datetime.datetime:
    return NOW + datetime.timedelta(seconds=seconds)


class Api:
    """Objects in memory, changed as the plans say."""

    def __init__(self) -> None:
        self.items: dict = {}

    def add(self, item: Object) -> Object:
        metadata = {"uid": str(uuid.uuid4()), "creationTimestamp": timestamp(NOW), "generation": 1}
        item = {**item, "metadata": {**metadata, **item["metadata"]}}
        self.items[key_of(item)] = item
        return item

    def of(self, kind: str) -> list[Object]:
        return [item for key, item in self.items.items() if key.kind == kind]

    def settle(self, now: datetime.datetime = NOW, ready: bool = True) -> int:
        """Plans until nothing changes; the number of rounds. Pods get ready, and go when they are deleted."""
        for rounds in range(100):
            changes = plan_all(list(self.items.values()), ["node"], now, Timing()).changes
            for change in changes:
                self._carry_out(change)
            moved = self._run_pods(now, ready)
            if not changes and not moved:
                return rounds
        raise AssertionError("never settles")

    def _carry_out(self, change) -> None:
        match change:
            case Create(item):
                self.add(item)
            case Replace(item):
                self.items[key_of(item)] = item
            case SetStatus(item, status):
                self.items[key_of(item)] = {**self.items[key_of(item)], "status": status}
            case Delete(item):
                self.items[key_of(item)]["metadata"]["deletionTimestamp"] = timestamp(NOW)
            case Remove(item):
                del self.items[key_of(item)]

    def _run_pods(self, now: datetime.datetime, ready: bool) -> bool:
        moved = False
        for pod in self.of("Pod"):
            if "deletionTimestamp" in pod["metadata"]:
                del self.items[key_of(pod)]
                moved = True
            elif ready and not condition_of(pod, "Ready"):
                condition = {"type": "Ready", "status": "True", "lastTransitionTime": timestamp(now)}
                pod["status"] = {"phase": "Running", "podIP": "10.0.0.9", "conditions": [condition]}
                moved = True
        return moved


def status_of(changes: list) -> Object:
    return next(change.status for change in changes if isinstance(change, SetStatus))


@pytest.mark.parametrize(
    ("desired", "surge", "unavailable", "limits"),
    [
        (4, "25%", "25%", Limits(1, 1)),
        (3, "25%", "25%", Limits(1, 0)),
        (1, 0, "0%", Limits(0, 1)),
        (10, "15%", "15%", Limits(2, 1)),
        (2, 1, 5, Limits(1, 2)),
    ],
)
def test_percentages_round_up_for_surge_and_down_for_unavailability(desired, surge, unavailable, limits):
    assert Limits.of(desired, surge, unavailable) == limits


def test_a_rolling_update_without_unavailability_adds_one_before_it_takes_one():
    limits = Limits(1, 0)
    assert rolling_update(2, limits, Replicas(0, 0, 0), [Replicas(2, 2, 2)]) == (1, [2])
    assert rolling_update(2, limits, Replicas(1, 1, 0), [Replicas(2, 2, 2)]) == (1, [2])
    assert rolling_update(2, limits, Replicas(1, 1, 1), [Replicas(2, 2, 2)]) == (1, [1])
    assert rolling_update(2, limits, Replicas(1, 1, 1), [Replicas(1, 2, 2)]) == (2, [1])


def test_broken_old_pods_do_not_block_their_successors():
    # As long as the new pod isn't available either, nothing can be spared.
    assert rolling_update(2, Limits(1, 0), Replicas(1, 1, 0), [Replicas(2, 2, 1)]) == (1, [2])
    assert rolling_update(2, Limits(1, 0), Replicas(1, 1, 1), [Replicas(2, 2, 0)])[1] == [1]
    assert rolling_update(3, Limits(0, 1), Replicas(0, 0, 0), [Replicas(3, 3, 0)])[1] == [2]


@given(
    desired=st.integers(0, 8),
    surge=st.integers(0, 4),
    unavailable=st.integers(0, 4),
    old=st.integers(0, 8),
    broken=st.integers(0, 8),
)
def test_a_rolling_update_ends_and_keeps_to_its_limits(desired, surge, unavailable, old, broken):
    limits = Limits.of(desired, surge, unavailable)
    old_count, healthy = old, max(0, old - broken)
    new = 0
    minimum = min(desired - limits.unavailable, healthy)
    for _ in range(100):
        state = Replicas(new, new, new), [Replicas(old_count, old_count, min(healthy, old_count))]
        next_new, (next_old,) = rolling_update(desired, limits, *state)
        if (next_new, next_old) == (new, old_count):
            break
        assert next_new + next_old <= max(desired + limits.surge, new + old_count)
        healthy = min(healthy, next_old)
        new, old_count = next_new, next_old
        assert new + healthy >= minimum
    assert (new, old_count) == (desired, 0)


def test_recreating_waits_until_every_old_pod_is_gone():
    assert recreate(2, Replicas(0, 0, 0), [Replicas(2, 2, 2)], 2) == (0, [0])
    assert recreate(2, Replicas(0, 0, 0), [Replicas(0, 1, 0)], 1) == (0, [0])
    assert recreate(2, Replicas(0, 0, 0), [Replicas(0, 0, 0)], 0) == (2, [0])


def test_a_deployment_comes_up_is_rolled_and_keeps_its_history():
    api = Api()
    web = api.add(with_defaults(deployment(replicas=3)))
    api.settle()
    assert api.items[key_of(web)]["status"]["availableReplicas"] == 3
    for release in range(12):
        changed = api.items[key_of(web)]
        changed["spec"]["template"]["spec"]["containers"][0]["image"] = f"image:{release}"
        api.settle()
        images = {pod["spec"]["containers"][0]["image"] for pod in api.of("Pod")}
        assert images == {f"image:{release}"}
    assert len(api.of("ReplicaSet")) == 11
    assert api.items[key_of(web)]["metadata"]["annotations"] == {"deployment.kubernetes.io/revision": "13"}


def test_rolling_back_takes_up_the_old_replica_set():
    api = Api()
    web = api.add(with_defaults(deployment(replicas=1)))
    api.settle()
    (first,) = api.of("ReplicaSet")
    for image in ("image:2", "registry.azurecr.io/app:1"):
        api.items[key_of(web)]["spec"]["template"]["spec"]["containers"][0]["image"] = image
        api.settle()
    (pod,) = api.of("Pod")
    assert pod["metadata"]["ownerReferences"][0]["uid"] == first["metadata"]["uid"]
    assert api.items[key_of(web)]["metadata"]["annotations"] == {"deployment.kubernetes.io/revision": "3"}


def test_a_deployment_that_makes_no_progress_says_so_at_its_deadline():
    api = Api()
    web = with_defaults(deployment(replicas=1))
    web["spec"]["progressDeadlineSeconds"] = 60
    web = api.add(web)
    api.settle(ready=False)
    present = api.items[key_of(web)]
    plan = plan_deployment(present, api.of("ReplicaSet"), api.of("Pod"), later(30))
    assert (plan.changes, plan.wake) == ([], later(60))
    late = status_of(plan_deployment(present, api.of("ReplicaSet"), api.of("Pod"), later(60)).changes)
    condition = condition_of({"status": late}, "Progressing")
    assert condition is not None
    assert (condition["status"], condition["reason"]) == ("False", "ProgressDeadlineExceeded")


def test_a_pod_is_available_once_it_has_been_ready_for_long_enough():
    api = Api()
    web = with_defaults(deployment(replicas=1))
    web["spec"]["minReadySeconds"] = 20
    web = api.add(web)
    api.settle()
    (replica_set,) = api.of("ReplicaSet")
    plan = plan_replica_set(replica_set, api.of("Pod"), later(5))
    assert (plan.changes, plan.wake) == ([], later(20))
    assert "availableReplicas" not in api.items[key_of(web)]["status"]
    api.settle(later(20))
    assert api.items[key_of(web)]["status"]["availableReplicas"] == 1


def test_unready_pods_go_first():
    api = Api()
    api.add(with_defaults(deployment(replicas=3)))
    api.settle()
    unready = api.of("Pod")[1]
    unready["status"]["conditions"][0]["status"] = "False"
    (replica_set,) = api.of("ReplicaSet")
    replica_set["spec"]["replicas"] = 2
    changes = plan_replica_set(replica_set, api.of("Pod"), NOW).changes
    assert [change.item for change in changes if isinstance(change, Delete)] == [unready]


def test_deleting_takes_the_dependents_first():
    api = Api()
    web = api.add(with_defaults(deployment(replicas=2)))
    api.settle()
    api.items[key_of(web)]["metadata"]["deletionTimestamp"] = timestamp(NOW)
    api.settle()
    assert api.items == {}


def test_an_owner_stays_until_its_dependents_have_gone():
    api = Api()
    web = api.add(with_defaults(deployment(replicas=1)))
    api.settle()
    web = api.items[key_of(web)]
    web["metadata"]["deletionTimestamp"] = timestamp(NOW)
    (replica_set,) = api.of("ReplicaSet")
    assert plan_garbage(list(api.items.values())).changes == [Delete(replica_set)]
    replica_set["metadata"]["deletionTimestamp"] = timestamp(NOW)
    assert plan_garbage([web, replica_set]).changes == [Remove(replica_set)]
    assert plan_garbage([web]).changes == [Remove(web)]


def test_pods_go_to_the_node_that_has_fewest():
    pods = [
        {"kind": "Pod", "metadata": {"name": str(number)}, "spec": {"nodeName": node} if node else {}}
        for number, node in enumerate(["a", "a", "b", None, None, None])
    ]
    changes = plan_schedule(pods, ["a", "b"], NOW).changes
    assert [change.item["spec"]["nodeName"] for change in changes] == ["b", "a", "b"]


def spread_pod(name: str, node: str | None, *, version: str = "1", **constraint) -> Object:
    evenly = {
        "topologyKey": "kubernetes.io/hostname",
        "maxSkew": 1,
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": {"app": "web"}},
        "matchLabelKeys": ["version"],
        **constraint,
    }
    return {
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "labels": {"app": "web", "version": version}},
        "spec": {"topologySpreadConstraints": [evenly], **({"nodeName": node} if node else {})},
        "status": {"phase": "Pending"},
    }


def foreign_pod(name: str, node: str) -> Object:
    return {
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"nodeName": node},
        "status": {"phase": "Running"},
    }


def test_pods_are_spread_even_where_a_node_has_more_of_others():
    pods = [foreign_pod("x", "b"), foreign_pod("y", "b"), spread_pod("1", "a"), spread_pod("2", None)]
    (placed,) = plan_schedule(pods, ["a", "b"], NOW).changes
    assert placed.item["spec"]["nodeName"] == "b"


def test_pods_of_the_former_version_do_not_crowd_the_new_ones():
    pods = [spread_pod("old", "a", version="0"), spread_pod("1", None), spread_pod("2", None)]
    placed = [change.item["spec"]["nodeName"] for change in plan_schedule(pods, ["a", "b"], NOW).changes]
    assert sorted(placed) == ["a", "b"]


def test_a_pod_that_may_be_nowhere_waits_and_says_why():
    strict = {"whenUnsatisfiable": "DoNotSchedule"}
    pods = [spread_pod("1", "a"), spread_pod("2", None, **strict)]
    assert plan_schedule(pods, ["a", "b"], NOW).changes[0].item["spec"]["nodeName"] == "b"
    zones = {**strict, "topologyKey": "topology.kubernetes.io/zone"}
    # All nodes lie in one zone: nothing there can be uneven.
    assert plan_schedule([spread_pod("1", "a"), spread_pod("2", None, **zones)], ["a"], NOW).changes
    (waiting,) = plan_schedule([spread_pod("1", None, **strict)], [], NOW).changes
    assert isinstance(waiting, SetStatus)
    scheduled = condition_of({**waiting.item, "status": waiting.status}, "PodScheduled")
    assert scheduled is not None
    assert (scheduled["status"], scheduled["reason"]) == ("False", "Unschedulable")
    assert "topology spread constraints" in scheduled["message"]


def budget(**specification) -> Object:
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"selector": {"matchLabels": {"app": "web"}}, **specification},
        "status": {},
    }


@pytest.mark.parametrize(
    ("specification", "ready", "desired", "allowed"),
    [
        ({"maxUnavailable": 1}, True, 2, 1),
        ({"maxUnavailable": 1}, False, 2, 0),
        ({"minAvailable": "50%"}, True, 2, 1),
        ({"minAvailable": 3}, True, 3, 0),
        ({"maxUnavailable": "100%"}, True, 0, 3),
    ],
)
def test_a_budget_tells_how_many_pods_may_be_taken_away(specification, ready, desired, allowed):
    api = Api()
    api.add(with_defaults(deployment(replicas=3)))
    one = api.add(with_defaults(budget(**specification)))
    api.settle(ready=ready)
    status = api.items[key_of(one)]["status"]
    assert (status["expectedPods"], status["currentHealthy"]) == (3, 3 if ready else 0)
    assert (status["desiredHealthy"], status["disruptionsAllowed"]) == (desired, allowed)


class Work:
    """One Job and its pods."""

    def __init__(self, **specification) -> None:
        item = with_job_identity(with_defaults(job("x", **specification)), "uid")
        self.job = {**item, "metadata": {**item["metadata"], "uid": "uid", "generation": 1}}
        self.pods: list[Object] = []

    def plan(self, now: datetime.datetime = NOW) -> Plan:
        """Plans and carries out until every pod that has ended is counted."""
        changes: list[Change] = []
        while True:
            plan = plan_job(self.job, self.pods, now, BACKOFF)
            changes += plan.changes
            for change in plan.changes:
                self.carry_out(change)
            if not any(isinstance(change, Replace | SetStatus) for change in plan.changes):
                return Plan(changes, plan.wake)

    def carry_out(self, change: Change) -> None:
        if isinstance(change, SetStatus):
            self.job = {**self.job, "status": change.status}
        elif isinstance(change, Create):
            self.pods.append(
                {**change.item, "metadata": {**change.item["metadata"], "uid": str(uuid.uuid4())}}
            )
        elif isinstance(change, Replace):
            names = [pod["metadata"]["name"] for pod in self.pods]
            self.pods[names.index(change.item["metadata"]["name"])] = change.item

    def end(self, index: int, code: int, at: datetime.datetime = NOW, *conditions: str) -> None:
        ended = {"exitCode": code, "finishedAt": timestamp(at)}
        self.pods[index]["status"] = {
            "phase": "Failed" if code else "Succeeded",
            "conditions": [{"type": one, "status": "True"} for one in conditions],
            "containerStatuses": [{"name": "work", "restartCount": 0, "state": {"terminated": ended}}],
        }


def created(plan) -> int:
    return sum(isinstance(change, Create) for change in plan.changes)


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


def exit_code_rule(action: str, operator: str, *values: int, container: str | None = "work") -> Object:
    requirement = {"operator": operator, "values": list(values)}
    if container is not None:
        requirement["containerName"] = container
    return {"action": action, "onExitCodes": requirement}


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


@pytest.mark.parametrize("policy", [None, {"rules": [exit_code_rule("Ignore", "In", 9)]}])
def test_a_deleted_pod_is_kept_until_it_is_counted_as_failed(policy: Object | None):
    work = Work(backoffLimit=0, **({"podFailurePolicy": policy} if policy else {}))
    work.plan()
    assert work.pods[0]["metadata"]["finalizers"] == ["batch.kubernetes.io/job-tracking"]
    work.pods[0]["metadata"]["deletionTimestamp"] = timestamp(NOW)
    if policy:
        # A policy is about how a pod ended, so the Job waits until it has.
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
    # The first changes are carried out alone; what follows is planned anew.
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
