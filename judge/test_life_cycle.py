"""The life cycle of an application without failures."""

from dataclasses import replace

from judge.behaviours import WORKS_TOO, image
from judge.cluster_pair import ClusterPair
from judge.stack import Stack


def test_a_whole_life_takes_the_same_steps(clusters: ClusterPair) -> None:
    """Creates it, changes its settings one by one, and destroys it; each `up` does what its preview says."""

    def scenario(stack: Stack) -> list[list[str]]:
        first = stack.settings
        previews = [stack.succeed("preview")]
        runs = [stack.settle()]
        for changed in (
            replace(first, replicas=3),
            replace(first, replicas=1),
            replace(first, port=8081),
            replace(first, source_ranges=("127.0.0.0/9",)),
            replace(first, token="sesame"),
            replace(first, token="open sesame"),
            first,
            replace(first, brokers="10.20.0.13:9092"),
            replace(first, image=image(WORKS_TOO)),
        ):
            stack.settings = changed
            previews.append(stack.succeed("preview"))
            runs.append(stack.settle())
        assert [preview.steps for preview in previews] == [run.steps for run in runs]
        runs.append(stack.destroy())
        assert stack.cluster.get("Namespace", "", stack.namespace) is None
        return [run.steps for run in runs]

    both = clusters.judge(scenario)
    assert both.real == both.emulated
    made, *_, destroyed = both.real
    assert {step.removeprefix("create ") for step in made} == {
        step.removeprefix("delete ") for step in destroyed
    }


def test_what_somebody_changes_is_put_right(clusters: ClusterPair) -> None:
    """A refresh shows the change, and the next `up` reverts it."""

    def scenario(stack: Stack) -> list[list[str]]:
        stack.settle()
        deployment = stack.get("Deployment", "kafka-test-app")
        stack.cluster.patch(deployment, {"spec": {"replicas": 1}})
        seen = stack.succeed("refresh", "--yes", "--skip-preview")
        mended = stack.settle()
        assert stack.get("Deployment", "kafka-test-app")["spec"]["replicas"] == 2
        stack.cluster.delete(stack.get("Service", "kafka-test-app"))
        stack.until(lambda: stack.cluster.get("Service", stack.namespace, "kafka-test-app") is None)
        stack.succeed("refresh", "--yes", "--skip-preview")
        made_again = stack.settle()
        return [seen.steps, mended.steps, made_again.steps]

    both = clusters.judge(scenario)
    assert both.real == both.emulated
    assert both.real[2] == ["create kafka-test-app-service"]
