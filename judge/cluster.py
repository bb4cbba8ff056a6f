"""The interface of a cluster to scenarios, the same for the emulated and the real one."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from judge.api import Object


class Cluster(Protocol):
    """A cluster, and the access that a scenario has to it beside the program."""

    @property
    def name(self) -> str:
        """ "emulated" or "real"."""
        ...

    @property
    def kubeconfig(self) -> str: ...

    @property
    def environment(self) -> Mapping[str, str]:
        """Environment variables by which the engine finds the cluster's Kubernetes provider."""
        ...

    def list(self, kind: str, namespace: str) -> Sequence[Object]: ...

    def get(self, kind: str, namespace: str, name: str) -> Object | None: ...

    def create(self, item: Object) -> Object: ...

    def patch(self, item: Object, changes: Mapping[str, Any]) -> None:
        """Changes these fields; None removes a field."""
        ...

    def delete(self, item: Object) -> None: ...

    def evict(self, pod: Object) -> None:
        """Evicts the pod, as `kubectl drain` does with each pod of a node."""
        ...
