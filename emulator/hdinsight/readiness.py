"""Waits until ZooKeeper and the brokers are ready."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from emulator.hdinsight import metrics
from emulator.hdinsight.agent import NodeAgent
from emulator.hdinsight.defaults import ZOOKEEPER_PORT
from emulator.network.world import World

_DEADLINE = 120.0  # seconds
_BETWEEN_TRIES = 0.1  # seconds
_ANSWER_TIMEOUT = 2.0  # seconds; a server that is starting may accept a connection and never respond
_LAST_LINES = 15


class StartFailed(Exception):
    """A process of the cluster ended, or was not ready in time. The message has the last lines of its log."""


def await_zookeeper(world: World, node: str, agent: NodeAgent, log: Path) -> None:
    """Waits until ZooKeeper responds, and no broker of before its restart is registered any more.

    A broker that was killed stays registered until its session expires, and can't register again until then.
    Raises StartFailed.
    """

    def ready() -> bool:
        sessions = _ask(world, node, b"dump")
        return sessions is not None and "Sessions" in sessions and "/brokers/ids/" not in sessions

    _wait(ready, agent, "ZOOKEEPER_SERVER", log)


def await_broker(agent: NodeAgent, log: Path) -> None:
    """Waits until the broker serves clients. Raises StartFailed."""

    def ready() -> bool:
        return agent.metrics([metrics.BROKER_STATE]).get(metrics.BROKER_STATE) == metrics.RUNNING

    _wait(ready, agent, "KAFKA_BROKER", log)


def await_controller(agents: Sequence[NodeAgent]) -> None:
    """Waits until the controller knows all these brokers, so that a topic can have a replica on each.

    Raises StartFailed.
    """

    def known() -> float:
        return sum(agent.metrics([metrics.KNOWN_BROKERS]).get(metrics.KNOWN_BROKERS, 0.0) for agent in agents)

    deadline = time.monotonic() + _DEADLINE
    while known() < len(agents):
        if time.monotonic() > deadline:
            raise StartFailed(f"the controller knows {known():.0f} of {len(agents)} brokers that serve")
        time.sleep(_BETWEEN_TRIES)


def _ask(world: World, node: str, word: bytes) -> str | None:
    """Sends ZooKeeper a four-letter command, and returns the response; None while it doesn't listen."""
    try:
        with world.connect(node, "127.0.0.1", ZOOKEEPER_PORT, _ANSWER_TIMEOUT) as connection:
            connection.settimeout(_ANSWER_TIMEOUT)
            connection.sendall(word)
            with connection.makefile("rb") as response:
                return response.read().decode()
    except OSError:
        return None


def _wait(ready: Callable[[], bool], agent: NodeAgent, component: str, log: Path) -> None:
    deadline = time.monotonic() + _DEADLINE
    while not ready():
        if not agent.running(component):
            raise StartFailed(f"{component} on {agent.host_name} ended:\n{_tail(log)}")
        if time.monotonic() > deadline:
            raise StartFailed(
                f"{component} on {agent.host_name} is not up after {_DEADLINE:.0f} s:\n{_tail(log)}"
            )
        time.sleep(_BETWEEN_TRIES)


def _tail(log: Path) -> str:
    if not log.exists():
        return f"({log} does not exist)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-_LAST_LINES:])
