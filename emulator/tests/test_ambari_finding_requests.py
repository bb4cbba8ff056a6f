"""Lists of requests: which ones a query is about, as recorded from a real Ambari."""

from collections.abc import Iterator

import pytest

from emulator.ambari.cluster.execution import Operation
from emulator.tests.ambari_replay import Recordings, Replay, replaying, wait_for

_WHILE_THREE_ARE_UNFINISHED = [
    name
    for name in Recordings("finding_requests").names()
    if name.startswith(("p41", "p42", "p43", "p44", "p45"))
]


@pytest.fixture(scope="module")
def replay() -> Iterator[Replay]:
    """43 requests, 4 to 47 without 17: three that somebody else's restarts keep busy, one of our own."""
    with replaying("finding_requests") as replay:
        replay.spend_request_ids(3)
        for context in _contexts_of_old_requests(replay):
            if context is None:
                replay.spend_request_ids(1)
            else:
                _run(replay, context)
        replay.play("p40-own-request")
        replay.settle()
        for number in range(26):
            _run(replay, f"filler {number}")
        agents = replay.simulation.agents
        agents["wn2"].hold()
        agents["zk0"].hold()
        replay.play("p40b-running", "p40c-running-zk", "p40d-queued")
        wait_for(lambda: "restart ZOOKEEPER_SERVER" in agents["zk0"].commands)
        wait_for(lambda: replay.simulation.cluster.execution.requests()[-3].tasks[0].status == "IN_PROGRESS")
        wait_for(lambda: replay.simulation.cluster.execution.requests()[-2].tasks[0].status == "IN_PROGRESS")
        yield replay
        agents["wn2"].release()
        agents["zk0"].release()


@pytest.mark.parametrize("name", _WHILE_THREE_ARE_UNFINISHED)
def test_answers_as_recorded(replay: Replay, name: str) -> None:
    replay.play(name)


def test_the_query_for_unfinished_restarts_of_brokers() -> None:
    with replaying("finding_requests") as replay:
        agent = replay.simulation.agents["wn2"]
        agent.hold()
        replay.spend_request_ids(13)
        _submit(replay, "someone", "wn2")
        _submit(replay, "queued", "wn2")
        wait_for(lambda: replay.simulation.cluster.execution.requests()[0].tasks[0].status == "IN_PROGRESS")
        replay.play("p48-best-query", "p48b-ctx-to-end")
        agent.release()
        replay.settle()


def test_a_page_of_the_newest() -> None:
    with replaying("finding_requests") as replay:
        replay.spend_request_ids(48)
        for name in ("p54-stop", "p54b-start", "p54c restart", "p54d restart fails", "start"):
            replay.simulation.agents["wn1"].failures = name.endswith("fails")
            _run(replay, name, "wn1")
        replay.play("p47-page5-to-end", "p47b-page5-to-end-asc", "p47c-page5-from-end")
        replay.play("p47d-page100-to-end-active")


def _contexts_of_old_requests(replay: Replay) -> list[str | None]:
    """The contexts of requests 4 to 17; None for an id that led to no request."""
    items = replay.recordings["p41l-page1000"]["response"]["body"]["items"]
    contexts = {item["Requests"]["id"]: item["Requests"]["request_context"] for item in items}
    return [contexts.get(number) for number in range(4, 18)]


def _run(replay: Replay, context: str, host: str = "wn0") -> None:
    _submit(replay, context, host)
    replay.settle()


def _submit(replay: Replay, context: str, host: str) -> None:
    cluster = replay.simulation.cluster
    with cluster.lock:
        target = cluster.topology.component(replay.simulation.agents[host].host_name, "KAFKA_BROKER")
        assert target is not None
        operation = Operation("RESTART", [target], "admin", context, "HOST_COMPONENT")
        cluster.execution.submit(cluster.execution.next_request_id(), operation)
