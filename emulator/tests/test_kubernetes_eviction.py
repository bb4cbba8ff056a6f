"""Pods that are evicted through the API, as a drain of their node does it."""

from collections.abc import Iterator

import pytest

from emulator.kubernetes.server.objects import Object, is_true, key_of
from emulator.tests.kubernetes_world import Site, ask, deployment, job, site

DISRUPTION = {"type": "DisruptionTarget", "status": "True"}
IGNORING_DISRUPTIONS = {"rules": [{"action": "Ignore", "onPodConditions": [DISRUPTION]}]}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("eviction")) as one:
        yield one


def evict(cluster: Site, name: str, **fields: object) -> tuple[int, Object]:
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}, **fields}
    path = f"/api/v1/namespaces/default/pods/{name}/eviction"
    return ask(cluster, path, method="POST", body=eviction)


def pods_of(cluster: Site, owner: Object) -> list[str]:
    """The names of the pods that run and stay, for an owner that names its pods after itself."""
    prefix = owner["metadata"]["name"] + "-"
    names = [
        pod["metadata"]["name"]
        for pod in cluster.pods()
        if "deletionTimestamp" not in pod["metadata"] and pod["status"]["phase"] == "Running"
    ]
    return [name for name in names if name.startswith(prefix)]


def test_a_drain_does_not_fail_a_job_that_ignores_disruptions(cluster: Site) -> None:
    drained = cluster.create(
        job("stay", name="drained", backoffLimit=0, podFailurePolicy=IGNORING_DISRUPTIONS)
    )
    cluster.wait(lambda: pods_of(cluster, drained))
    (first,) = pods_of(cluster, drained)
    assert evict(cluster, first)[0] == 201
    cluster.wait(lambda: pods_of(cluster, drained) not in ([], [first]))
    assert "conditions" not in cluster.get(drained)["status"]
    assert "failed" not in cluster.get(drained)["status"]
    cluster.cluster.objects.delete(key_of(drained))
    cluster.wait(lambda: not cluster.pods())


def test_a_drain_fails_a_job_without_another_try(cluster: Site) -> None:
    drained = cluster.create(job("stay", name="fragile", backoffLimit=0))
    cluster.wait(lambda: pods_of(cluster, drained))
    (first,) = pods_of(cluster, drained)
    assert evict(cluster, first)[0] == 201
    cluster.wait(lambda: is_true(cluster.get(drained), "Failed"))
    assert cluster.get(drained)["status"]["failed"] == 1
    cluster.wait(lambda: not [pod for pod in cluster.pods() if pod["metadata"]["name"] == first])


def test_an_evicted_pod_says_so_while_it_ends(cluster: Site) -> None:
    stubborn = cluster.create(job("stay", name="stubborn", backoffLimit=0))
    cluster.wait(lambda: pods_of(cluster, stubborn))
    (name,) = pods_of(cluster, stubborn)
    evict(cluster, name)
    (pod,) = [pod for pod in cluster.pods() if pod["metadata"]["name"] == name]
    (condition,) = [one for one in pod["status"]["conditions"] if one["type"] == "DisruptionTarget"]
    assert (condition["status"], condition["reason"]) == ("True", "EvictionByEvictionAPI")
    assert is_true(pod, "Ready")


def test_a_budget_grants_one_eviction_and_then_none_until_the_pod_is_replaced(cluster: Site) -> None:
    web = cluster.create(deployment(name="guarded"))
    budget = {"minAvailable": 1, "selector": {"matchLabels": {"app": "guarded"}}}
    made = cluster.create(
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": {"name": "guarded", "namespace": "default"},
            "spec": budget,
        }
    )
    cluster.wait_available(web, 2)
    cluster.wait(lambda: cluster.get(made)["status"].get("disruptionsAllowed") == 1)
    first, second = pods_of(cluster, web)
    assert evict(cluster, first)[0] == 201
    status, refusal = evict(cluster, second)
    assert (status, refusal["reason"]) == (429, "TooManyRequests")
    assert refusal["message"] == "Cannot evict pod as it would violate the pod's disruption budget."
    cluster.wait(lambda: cluster.get(made)["status"]["disruptionsAllowed"] == 1)
    assert evict(cluster, second)[0] == 201


@pytest.mark.parametrize(
    ("fields", "status"), [({"metadata": {"name": "other"}}, 400), ({"deleteOptions": {}}, 501), ({}, 404)]
)
def test_other_evictions_are_refused(cluster: Site, fields: Object, status: int) -> None:
    assert evict(cluster, "nobody", **fields)[0] == status
