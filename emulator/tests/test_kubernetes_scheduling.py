"""The scheduler: to which nodes pods are assigned."""

from emulator.kubernetes.controllers.manager import plan_schedule
from emulator.kubernetes.controllers.plan import SetStatus
from emulator.kubernetes.server.objects import Object, condition_of
from emulator.tests.kubernetes_objects import NOW


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
    # All nodes are in one zone, so that the skew over zones is 0.
    assert plan_schedule([spread_pod("1", "a"), spread_pod("2", None, **zones)], ["a"], NOW).changes
    (waiting,) = plan_schedule([spread_pod("1", None, **strict)], [], NOW).changes
    assert isinstance(waiting, SetStatus)
    scheduled = condition_of({**waiting.item, "status": waiting.status}, "PodScheduled")
    assert scheduled is not None
    assert (scheduled["status"], scheduled["reason"]) == ("False", "Unschedulable")
    assert "topology spread constraints" in scheduled["message"]
