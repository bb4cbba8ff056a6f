"""Runs that are killed while they wait: the next run completes them."""

from collections.abc import Callable
from dataclasses import replace

from judge.behaviours import HANGS, NEVER_READY, WORKS, image
from judge.cluster_pair import ClusterPair
from judge.settings import Settings
from judge.stack import Stack


def kill_at(stack: Stack, arrived: Callable[[], bool]) -> None:
    """Starts an `up`, and kills it once `arrived` is true."""
    run = stack.start("up", "--yes", "--skip-preview")
    stack.until(lambda: arrived() or run.poll() is not None)
    assert run.poll() is None, run.communicate()[0]
    stack.kill(run)


def waits_for_pods(stack: Stack) -> bool:
    """Whether the Deployment has pods of the image whose pods never become ready."""
    return any(
        pod["spec"]["containers"][0]["image"] == image(NEVER_READY)
        for pod in stack.cluster.list("Pod", stack.namespace)
        if pod["spec"]["containers"][0]["args"] == ["serve"]
    )


def change_everything(stack: Stack) -> list[list[str]]:
    """Makes the changes that remove or rename fields, which another owner of the field would undo."""
    steps = []
    for changed in (
        replace(stack.settings, port=8081, source_ranges=("127.0.0.0/9",)),
        replace(stack.settings, port=8081, token=""),
    ):
        stack.settings = changed
        steps.append(stack.settle().steps)
    ports = stack.get("Service", "kafka-test-app")["spec"]["ports"]
    assert [port["port"] for port in ports] == [8081]
    [container] = stack.get("Deployment", "kafka-test-app")["spec"]["template"]["spec"]["containers"]
    assert "ACCESS_TOKEN" not in [variable["name"] for variable in container["env"]]
    assert len(stack.managers()) == 1
    return steps


def test_killed_while_pods_are_awaited(clusters: ClusterPair) -> None:
    def scenario(stack: Stack) -> list[list[str]]:
        kill_at(stack, lambda: waits_for_pods(stack))
        stack.settings = replace(stack.settings, image=image(WORKS))
        stack.settle()
        return change_everything(stack)

    both = clusters.judge(scenario, Settings(image=image(NEVER_READY), token="sesame"))
    assert both.real == both.emulated


def test_killed_while_an_address_is_awaited(clusters: ClusterPair) -> None:
    """The emulated cluster assigns the address at once, so that the run is further when it is killed."""

    def scenario(stack: Stack) -> list[list[str]]:
        kill_at(stack, lambda: bool(stack.cluster.list("Service", stack.namespace)))
        stack.settle()
        return change_everything(stack)

    both = clusters.judge(scenario, Settings(token="sesame"))
    assert both.real == both.emulated


def test_a_stack_of_an_earlier_version_killed_in_its_first_run_of_this_one(clusters: ClusterPair) -> None:
    """In earlier versions the provider chose a random field manager for each object."""

    def scenario(stack: Stack) -> list[list[str]]:
        stack.settle()
        assert len(stack.managers()) > 1
        stack.settings = replace(stack.settings, marked=True, image=image(NEVER_READY))
        kill_at(stack, lambda: waits_for_pods(stack))
        stack.settings = replace(stack.settings, image=image(WORKS))
        stack.settle()
        return change_everything(stack)

    both = clusters.judge(scenario, Settings(marked=False, token="sesame"))
    assert both.real == both.emulated


def test_killed_while_topics_are_made_then_other_brokers(clusters: ClusterPair) -> None:
    """A Job's template is immutable, so that the next run must not update the Job of the killed one."""

    def scenario(stack: Stack) -> None:
        kill_at(stack, lambda: bool(stack.cluster.list("Job", stack.namespace)))
        stack.settings = replace(stack.settings, image=image(WORKS), brokers="10.20.0.13:9092")
        stack.settle()
        assert len(stack.managers()) == 1

    clusters.judge(scenario, Settings(image=image(HANGS)))
