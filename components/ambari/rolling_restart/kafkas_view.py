"""Kafka's own view of itself, as a pod beside the application logs it: read through AKS's API server.

It takes the right to list pods and to read their logs in one namespace, which Kubernetes' built-in role
`view` has. Whether what was read is of now is judged on the pod's node: no two clocks are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from ...cluster.api import ApiRefused, ApiUnreachable, KubernetesApi, connect
from ...cluster.login import KubeconfigUnusable
from ...cluster.pods_by_label import log, pods_by_label, restarts, runs, why_none_runs
from ...replication.log_lines import Snapshots
from ...replication.view import Malformed
from ...running.clock import Clock
from .seen import Seen, Watch

LABEL = "app.kubernetes.io/component"
"""What the view's pod is found by; its value is the view's name."""
FRESH_SECONDS = 20
"""A heartbeat older than this says nothing about now. The pod makes one every few seconds."""
SNAPSHOT_SECONDS = 90
"""Within so long the pod has logged its snapshot again (every 60 s)."""
SIGN_IN_PAUSE = 30.0
"""Seconds between two tries to sign in: a program that prints a token takes some, and may ask Azure."""

KUBECONFIG, NAMESPACE, NAME = "kubeconfig", "viewNamespace", "viewName"
VIEW = (KUBECONFIG, NAMESPACE, NAME)
"""The properties of a resource that say where the view is."""


_Pod = tuple[str, int]
"""A pod's name, and how often its containers have begun anew, since when rounds are counted."""


class PodWatch:
    """Reads the view's pod. A look takes one call, and up to three more while the pod is not known yet."""

    def __init__(
        self,
        kubeconfig: str,
        namespace: str,
        name: str,
        clock: Clock,
        connecting: Callable[[str], AbstractContextManager[KubernetesApi]] = connect,
    ) -> None:
        self._kubeconfig = kubeconfig
        self._namespace = namespace
        self._label = f"{LABEL}={name}"
        self._clock = clock
        self._connecting = connecting
        self._connection = ExitStack()
        self._api: KubernetesApi | None = None
        self._refused: tuple[float, str] | None = None
        self._pod: _Pod | None = None
        self._read_last: tuple[_Pod, int] | None = None
        self._snapshots = Snapshots()

    def look(self) -> Seen:
        """Never raises: what can't be read is unknown."""
        try:
            return self._look()
        except KubeconfigUnusable as failure:
            self._refused = (self._clock.now(), str(failure))
            return self._unknown(str(failure))
        except ApiRefused as refusal:
            if refusal.status == 401:
                # A token that has ended: the next look signs in anew.
                self.close()
            return self._unknown(
                f"the Kubernetes API server refuses: {refusal}",
                refusal.status >= 500 or refusal.status == 429,
            )
        except ApiUnreachable as failure:
            return self._unknown(str(failure), passing=True)
        except Malformed as failure:
            return self._unknown(str(failure))

    def close(self) -> None:
        """Ends the connection; the next look makes another one."""
        self._api = None
        self._connection.close()

    def _look(self) -> Seen:
        if self._refused and self._clock.now() - self._refused[0] < SIGN_IN_PAUSE:
            return self._unknown(self._refused[1])
        if self._api is None:
            self._api = self._connection.enter_context(self._connecting(self._kubeconfig))
            self._refused = None
        if self._pod is None:
            pods = pods_by_label(self._api, self._namespace, self._label)
            running = [pod for pod in pods if runs(pod)]
            if not running:
                return self._unknown(
                    why_none_runs(self._api, self._namespace, self._label, pods), passing=True
                )
            self._pod = running[0]["metadata"]["name"], restarts(running[0])
        return self._read(self._api, self._pod)

    def _read(self, api: KubernetesApi, found: _Pod) -> Seen:
        (pod, _), view = found, None
        beat = self._snapshots.take(log(api, self._namespace, pod, FRESH_SECONDS))
        if beat and beat.digest:
            view = self._snapshots.view(beat.digest)
            if view is None:
                beat = self._snapshots.take(log(api, self._namespace, pod, SNAPSHOT_SECONDS)) or beat
                view = self._snapshots.view(beat.digest) if beat.digest else None
        if beat is None:
            return self._unknown(f"pod {pod} has said nothing for {FRESH_SECONDS} s", passing=True)
        if self._read_last and self._read_last[0] == found and beat.round < self._read_last[1]:
            # Unless its container has begun anew, which the next look finds out.
            return self._unknown(f"pod {pod} goes back to a round before the last one read", passing=True)
        self._read_last = found, beat.round
        number = f"{pod} {beat.round}"
        if beat.unknown:
            return Seen(None, number, f"pod {pod} says: {beat.unknown}")
        if view is None:
            return self._unknown(f"pod {pod} has logged no whole snapshot of {beat.digest}", passing=True)
        return Seen(view, number)

    def _unknown(self, why: str, passing: bool = False) -> Seen:
        self._pod = None
        return Seen(None, "", why, passing)


@contextmanager
def watching(props: Mapping[str, Any], clock: Clock) -> Iterator[Watch | None]:
    """The watch that a resource's properties describe; None where they name no view."""
    if not all(props.get(name) for name in VIEW):
        yield None
        return
    watch = PodWatch(props[KUBECONFIG], props[NAMESPACE], props[NAME], clock)
    try:
        yield watch
    finally:
        watch.close()
