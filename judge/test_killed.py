"""Runs that are killed while they wait: the next one goes on, as if nothing had happened."""

from collections.abc import Callable
from dataclasses import replace

from judge.behaviours import HANGS, NEVER_READY, WORKS, image
from judge.settings import Settings
from judge.sites import Sites
from judge.stack import Stack


def kill_at(stack: Stack, arrived: Callable[[], bool]) -> None:
    """Starts an `up` and kills it once it has got as far as that."""
    run = stack.start("up", "--yes", "--skip-preview")
    stack.until(lambda: arrived() or run.poll() is not None)
    assert run.poll() is None, run.communicate()[0]
    stack.kill(run)


def waits_for_pods(stack: Stack) -> bool:
    """Whether the Deployment in its present form has pods, none of which ever gets ready."""
    return any(
        pod["spec"]["containers"][0]["image"] == image(NEVER_READY)
        for pod in stack.cluster.list("Pod", stack.namespace)
        if pod["spec"]["containers"][0]["args"] == ["serve"]
    )


def change_everything(stack: Stack) -> list[list[str]]:
    """The changes that take fields away or rename them: another owner of such a field would keep it."""
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


def test_killed_while_pods_are_awaited(sites: Sites) -> None:
    def scenario(stack: Stack) -> list[list[str]]:
        kill_at(stack, lambda: waits_for_pods(stack))
        stack.settings = replace(stack.settings, image=image(WORKS))
        stack.settle()
        return change_everything(stack)

    both = sites.judge(scenario, Settings(image=image(NEVER_READY), token="sesame"))
    assert both.real == both.emulated


def test_killed_while_an_address_is_awaited(sites: Sites) -> None:
    """Where the emulated cluster has one at once, the run has gone further when it is killed."""

    def scenario(stack: Stack) -> list[list[str]]:
        kill_at(stack, lambda: bool(stack.cluster.list("Service", stack.namespace)))
        stack.settle()
        return change_everything(stack)

    both = sites.judge(scenario, Settings(token="sesame"))
    assert both.real == both.emulated


def test_a_stack_of_an_earlier_version_killed_in_its_first_run_of_this_one(sites: Sites) -> None:
    """Earlier versions left it to the provider to invent a field manager for each object."""

    def scenario(stack: Stack) -> list[list[str]]:
        stack.settle()
        assert len(stack.managers()) > 1
        stack.settings = replace(stack.settings, marked=True, image=image(NEVER_READY))
        kill_at(stack, lambda: waits_for_pods(stack))
        stack.settings = replace(stack.settings, image=image(WORKS))
        stack.settle()
        return change_everything(stack)

    both = sites.judge(scenario, Settings(marked=False, token="sesame"))
    assert both.real == both.emulated


def test_killed_while_topics_are_made_then_other_brokers(sites: Sites) -> None:
    """What the killed run left would be refused another template, were it taken for the same Job."""

    def scenario(stack: Stack) -> None:
        kill_at(stack, lambda: bool(stack.cluster.list("Job", stack.namespace)))
        stack.settings = replace(stack.settings, image=image(WORKS), brokers="10.20.0.13:9092")
        stack.settle()
        assert len(stack.managers()) == 1

    sites.judge(scenario, Settings(image=image(HANGS)))
