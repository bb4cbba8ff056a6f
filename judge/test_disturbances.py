"""What happens in a cluster while `up` waits: a node is drained, pods are refused."""

from dataclasses import replace

from judge.api import Object
from judge.behaviours import SLOW, WORKS_TOO, image
from judge.cluster_pair import ClusterPair
from judge.failing_runs import SHORT_TIMEOUT, fail
from judge.settings import Settings
from judge.stack import RUN_TIMEOUT, Stack


def test_a_node_that_is_drained_under_a_job_does_not_fail_up(clusters: ClusterPair) -> None:
    def scenario(stack: Stack) -> None:
        up = stack.start("up", "--yes", "--skip-preview")
        stack.until(lambda: any(map(_runs, stack.cluster.list("Pod", stack.namespace))))
        [pod] = stack.cluster.list("Pod", stack.namespace)
        stack.cluster.evict(pod)
        output, _ = up.communicate(timeout=RUN_TIMEOUT)
        assert up.returncode == 0, output
        assert stack.cluster.get("Pod", stack.namespace, pod["metadata"]["name"]) is None
        stack.expect_no_changes()

    clusters.judge(scenario, Settings(image=image(SLOW)))


def test_pods_that_a_quota_refuses_are_told_of(clusters: ClusterPair) -> None:
    """A quota on CPU refuses pods without a CPU limit, as ours are. The emulated cluster has no quotas."""

    def scenario(stack: Stack) -> str:
        stack.settle()
        stack.cluster.create(_quota(stack.namespace))
        stack.settings = replace(stack.settings, image=image(WORKS_TOO), seconds=SHORT_TIMEOUT)
        return fail(stack).text

    assert "failed quota: limits-of-cpu: must specify limits.cpu" in clusters.run_in_real(
        scenario, namespace="quota"
    )


def _runs(pod: Object) -> bool:
    return pod["status"].get("phase") == "Running"


def _quota(namespace: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "limits-of-cpu", "namespace": namespace},
        "spec": {"hard": {"limits.cpu": "4"}},
    }
