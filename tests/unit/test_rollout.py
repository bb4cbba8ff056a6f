"""When a Deployment runs as it was declared."""

from typing import Any

import pytest

from components.cluster.waiting import Limits, NotReached
from components.rollout import RolloutProvider, missing_of, newest_replica_set
from tests.unit.api_server import kubeconfig, serving

APPS = "/apis/apps/v1/namespaces/ns"
CORE = "/api/v1/namespaces/ns"


def deployment(**status: int) -> dict[str, Any]:
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": "a"}}}
    return {"metadata": {"uid": "d", "generation": 3}, "spec": spec, "status": status}


@pytest.mark.parametrize(
    ("status", "missing"),
    [
        ({}, "its controller has not seen it yet"),
        ({"observedGeneration": 2, "updatedReplicas": 2}, "its controller has not seen it yet"),
        ({"observedGeneration": 3, "updatedReplicas": 1}, "1 of 2 pods are made"),
        (
            {"observedGeneration": 3, "updatedReplicas": 2, "replicas": 3, "availableReplicas": 2},
            "1 pods of before have not ended",
        ),
        (
            {"observedGeneration": 3, "updatedReplicas": 2, "replicas": 2, "availableReplicas": 1},
            "1 of 2 pods are ready",
        ),
        ({"observedGeneration": 3, "updatedReplicas": 2, "replicas": 2, "availableReplicas": 2}, ""),
    ],
)
def test_it_lacks_something_until_all_its_pods_and_no_others_run(
    status: dict[str, int], missing: str
) -> None:
    assert missing_of(deployment(**status)) == missing


def replica_set(uid: str, revision: str, owner: str = "d") -> dict[str, Any]:
    annotations = {"deployment.kubernetes.io/revision": revision}
    return {"metadata": {"uid": uid, "annotations": annotations, "ownerReferences": [{"uid": owner}]}}


def test_the_newest_of_its_own_replica_sets_counts() -> None:
    sets = [replica_set("a", "9"), replica_set("b", "10"), replica_set("c", "11", owner="other")]
    assert newest_replica_set(sets, "d") == sets[1]
    assert newest_replica_set([], "d") is None


def inputs(url: str, generation: float = 3) -> dict[str, Any]:
    declared = {"namespace": "ns", "deployment": "a", "uid": "d", "generation": generation}
    limits = Limits(lasting=0).as_property()
    return {"kubeconfig": kubeconfig(url, token="t"), "limits": limits, **declared}


def test_pods_of_the_newest_replica_set_tell_why_it_can_t_come_about() -> None:
    def pod(owner: str, message: str) -> dict[str, Any]:
        waiting = {"state": {"waiting": {"reason": "ErrImagePull", "message": message}}}
        return {
            "metadata": {"ownerReferences": [{"uid": owner}]},
            "status": {"phase": "Pending", "containerStatuses": [waiting]},
        }

    answers = {
        f"{APPS}/deployments/a": deployment(observedGeneration=3),
        f"{APPS}/replicasets": [replica_set("old", "1"), replica_set("new", "2")],
        f"{CORE}/pods": [pod("old", "old: not found"), pod("new", "new: not found")],
        f"{CORE}/events": [],
    }
    with serving(answers) as server:
        with pytest.raises(
            NotReached, match=r"Deployment ns/a can't succeed: .* no such image: new: not found"
        ):
            RolloutProvider().create(inputs(server.url))
        asked = next(query for path, query, _ in server.asked if path == f"{CORE}/pods")
        assert asked["labelSelector"] == "app=a"
        server.answers[f"{APPS}/deployments/a"] = 404
        with pytest.raises(NotReached, match="it is gone"):
            RolloutProvider().create(inputs(server.url))


def test_it_is_waited_for_again_when_something_else_is_declared_and_nothing_secret_is_kept() -> None:
    ready = deployment(observedGeneration=3, updatedReplicas=2, replicas=2, availableReplicas=2)
    provider = RolloutProvider()
    with serving({f"{APPS}/deployments/a": ready}) as server:
        created = provider.create(inputs(server.url)).outs or {}
    assert created == {"namespace": "ns", "deployment": "a", "uid": "d", "generation": 3}
    assert not provider.diff("", created, inputs("http://renewed")).changes
    assert provider.diff("", created, inputs("http://renewed", generation=4)).changes
