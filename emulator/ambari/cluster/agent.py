"""What Ambari's server asks of the agent on each host."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

Configurations = Mapping[str, Mapping[str, str]]
"""Properties by configuration type ("kafka-broker", "kafka-env"): those desired when the task runs."""


@dataclass(frozen=True)
class TaskOutcome:
    """How a task ended on its host, with what its script printed."""

    ok: bool
    stdout: str
    stderr: str


class Agent(Protocol):
    """Ambari's agent on one host.

    The three commands block until their script has ended; one host runs one command at a time.
    Whatever goes wrong on the host is a TaskOutcome that is not ok, not an exception.
    """

    @property
    def host_name(self) -> str:
        """The host's fully qualified name, under which Ambari knows it."""
        ...

    @property
    def ip(self) -> str:
        """The address that the agent reported when it registered."""
        ...

    def start(self, component: str, configs: Configurations) -> TaskOutcome:
        """Render the configuration, then start."""
        ...

    def stop(self, component: str, configs: Configurations) -> TaskOutcome:
        """Stop, with the environment script that is still on disk from the last start."""
        ...

    def restart(self, component: str, configs: Configurations) -> TaskOutcome:
        """Stop, make sure that it is down, render the configuration, start."""
        ...

    def running(self, component: str) -> bool:
        """What the periodic status check sees: is the process alive?"""
        ...

    def metrics(self, names: Sequence[str]) -> Mapping[str, float]:
        """The broker's own figures by metric name; a name it does not know is missing.

        Names are those of Ambari's collector, such as "kafka.server.ReplicaManager.LeaderCount".
        """
        ...
