"""The interface between Ambari's server and the agent on each host."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

Configurations = Mapping[str, Mapping[str, str]]
"""Properties by configuration type ("kafka-broker", "kafka-env"): those desired when the task runs."""


@dataclass(frozen=True)
class TaskOutcome:
    """Whether a task succeeded on its host, and what its script printed."""

    ok: bool
    stdout: str
    stderr: str


class Agent(Protocol):
    """Ambari's agent on one host.

    The three commands (start, stop, restart) block until their script has ended; a host runs one at a time.
    A failure on the host is a TaskOutcome that is not ok, not an exception.
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
        """Whether the component's process is alive, as the periodic status check finds out."""
        ...

    def metrics(self, names: Sequence[str]) -> Mapping[str, float]:
        """The broker's metrics by name; names that it does not have are left out.

        Names are those of Ambari's collector, such as "kafka.server.ReplicaManager.LeaderCount".
        """
        ...
