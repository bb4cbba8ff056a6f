"""Deployments, their ReplicaSets, the garbage collector and disruption budgets."""

import pytest

from emulator.kubernetes.controllers.deployment import plan_deployment
from emulator.kubernetes.controllers.garbage import plan_garbage
from emulator.kubernetes.controllers.plan import Delete, Remove
from emulator.kubernetes.controllers.replicaset import plan_replica_set
from emulator.kubernetes.server.defaults import with_defaults
from emulator.kubernetes.server.objects import Object, condition_of, key_of, timestamp
from emulator.tests.kubernetes_objects import NOW, Api, later, status_of
from emulator.tests.kubernetes_world import deployment


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
