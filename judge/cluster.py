"""What a scenario knows of the cluster it runs in: nothing that tells the emulated one from the real one."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from judge.api import Object


class Cluster(Protocol):
    """A cluster, and what somebody may look at and do in it who is not the program."""

    @property
    def name(self) -> str:
        """ "emulated" or "real"."""
        ...

    @property
    def kubeconfig(self) -> str: ...

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables by which the engine finds the Kubernetes provider that belongs to it."""
        ...

    def list(self, kind: str, namespace: str) -> Sequence[Object]: ...

    def get(self, kind: str, namespace: str, name: str) -> Object | None: ...

    def create(self, item: Object) -> Object: ...

    def patch(self, item: Object, changes: Mapping[str, Any]) -> None:
        """Changes these fields; None takes one away."""
        ...

    def delete(self, item: Object) -> None: ...

    def evict(self, pod: Object) -> None:
        """What `kubectl drain` does to each pod of a node."""
        ...
