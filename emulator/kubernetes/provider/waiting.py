"""How long pulumi-kubernetes waits for an object, and with what outcome (provider/pkg/await)."""

import time
from collections.abc import Callable, Hashable, Sequence

from emulator.kubernetes.cluster import KubernetesCluster
from emulator.kubernetes.provider.readiness import (
    Endpoints,
    Readiness,
    deployment_readiness,
    endpoints_of,
    job_readiness,
    pod_warnings,
)
from emulator.kubernetes.server.objects import (
    DEPLOYMENT,
    JOB,
    POD,
    SERVICE,
    Object,
    annotations_of,
    key_of,
    owned_by,
)
from emulator.kubernetes.services.frontends import FrontEnd
from emulator.kubernetes.services.service import has_balancer, ingress_address
from emulator.providers.calls import current_call
from emulator.providers.provider import Properties

DEFAULT_TIMEOUT = 600.0
"""Seconds to wait where neither the resource nor an annotation sets a timeout (await/await.go)."""
RESYNC = 60.0
"""Seconds after which informers report all objects again (Factories.ForNamespace in await/informers)."""
SETTLING = 2.0
"""Seconds that endpoints are given to settle. Ten in pulumi-kubernetes, but here pods are made at once."""
CANCELLED_MESSAGE = 'Resource operation was cancelled for "{}"'
_FAILED = "Resource '{}' was created but failed to initialize"
_SKIP_AWAIT = "pulumi.com/skipAwait"
_TIMEOUT_SECONDS = "pulumi.com/timeoutSeconds"
_WAIT_FOR = "pulumi.com/waitFor"


class Wait:
    """One wait for one object. The caller calls `look` after every change, and at `next_look`."""

    def __init__(self, timeout: float, began: float) -> None:
        """`timeout`: seconds. `began`: monotonic, as all times here."""
        self._timeout = timeout
        self._began = began

    def look(self, item: Object, neighbours: Sequence[Object], front_end: FrontEnd, now: float) -> Readiness:
        """The object's readiness now. `neighbours`: all objects of its namespace.

        `front_end`: the load balancer of a Service.
        """
        return Readiness(ready=True)

    def deadline(self) -> float | None:
        """When the wait ends without success; None if it has no end."""
        return self._began + self._timeout

    def next_look(self) -> float | None:
        """When to look again although nothing changes."""
        return self.deadline()


class DeploymentWait(Wait):
    """deploymentInitAwaiter in await/deployment.go."""

    def look(self, item: Object, neighbours: Sequence[Object], front_end: FrontEnd, now: float) -> Readiness:
        return deployment_readiness(item, neighbours)


class JobWait(Wait):
    """The wait for a Job, whose timeout restarts with every event (jobInitAwaiter.Await in await/job.go).

    Events are those of all Jobs of the namespace, and warnings about the Job's own pods. As informers repeat
    all events each minute, a timeout of a minute or more is never reached.
    """

    def __init__(self, timeout: float, began: float) -> None:
        super().__init__(timeout, began)
        self._latest = began
        self._seen: Hashable = None
        self._warnings: dict[str, None] = {}

    def look(self, item: Object, neighbours: Sequence[Object], front_end: FrontEnd, now: float) -> Readiness:
        pods = [one for one in neighbours if one["kind"] == POD.name and owned_by(item, one)]
        warnings = {one["metadata"]["uid"]: pod_warnings([one]) for one in pods}
        self._warnings |= dict.fromkeys(text for texts in warnings.values() for text in texts)
        events = frozenset(
            (one["metadata"]["uid"], one["metadata"]["resourceVersion"])
            for one in neighbours
            if one["kind"] == JOB.name or warnings.get(one["metadata"]["uid"])
        )
        if events != self._seen:
            self._seen, self._latest = events, now
        readiness = job_readiness(item)
        return Readiness(readiness.ready, readiness.failed, (*readiness.missing, *self._warnings))

    def deadline(self) -> float | None:
        if self._timeout >= RESYNC:
            return None
        repeated = self._began + ((self._latest - self._began) // RESYNC + 1) * RESYNC
        end = self._latest + self._timeout
        return end if end < repeated else repeated + self._timeout


class ServiceWait(Wait):
    """The wait for a Service: an address, and settled endpoints, none unready (await/service.go).

    A Service of type ClusterIP needs no address. One without endpoints is ready once that has settled.
    """

    def __init__(self, timeout: float, began: float) -> None:
        super().__init__(timeout, began)
        self._endpoints: Endpoints | None = None
        self._timers: list[float] = []
        self._settled = False

    def look(self, item: Object, neighbours: Sequence[Object], front_end: FrontEnd, now: float) -> Readiness:
        if front_end.problem is not None:
            return Readiness(failed=True, missing=(front_end.problem,))
        missing = []
        addressed = not has_balancer(item) or ingress_address(item) is not None
        if not item["spec"].get("selector"):
            return Readiness(ready=addressed, missing=() if addressed else (_NO_ADDRESS,))
        found = endpoints_of(item, neighbours)
        self._observe(found, now)
        if not found.ready:
            missing.append(_NO_PODS)
        if not addressed:
            missing.append(_NO_ADDRESS)
        late = now >= self._began + self._timeout
        # pulumi-kubernetes doesn't wait for this. Here the Service can be used as soon as the wait is over.
        carried = front_end.reaches_pods or not found.ready or not has_balancer(item)
        ready = addressed and (self._settled or late) and not found.not_ready and carried
        return Readiness(ready=ready, missing=tuple(missing))

    def next_look(self) -> float | None:
        return min([*self._timers, self._began + self._timeout])

    def _observe(self, found: Endpoints, now: float) -> None:
        """processEndpointEvent: an event ends the settled state, and starts a timer that restores it.

        An event that follows does not stop the timers of those before.
        """
        self._settled = self._settled or any(due <= now for due in self._timers)
        self._timers = [due for due in self._timers if due > now]
        if found != self._endpoints:
            self._endpoints, self._settled = found, False
            self._timers.append(now + SETTLING)


class FieldWait(Wait):
    """The wait for the field that `pulumi.com/waitFor` names (await/condition/jsonpath.go).

    It fails for a Service whose load balancer can't listen on this machine.
    """

    def __init__(self, expression: str, timeout: float, began: float) -> None:
        super().__init__(timeout, began)
        self._path = expression.removeprefix("jsonpath={.").removesuffix("}").split(".")

    def look(self, item: Object, neighbours: Sequence[Object], front_end: FrontEnd, now: float) -> Readiness:
        if front_end.problem is not None:
            return Readiness(failed=True, missing=(front_end.problem,))
        observed = item.get("status", {}).get("observedGeneration")
        if observed is not None and observed < item["metadata"]["generation"]:
            return Readiness()
        value: object = item
        for name in self._path:
            value = value.get(name) if isinstance(value, dict) else None
        return Readiness(ready=value is not None)


_NO_PODS = (
    "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may "
    "not match labels on any Pods"
)
_NO_ADDRESS = "Service was not allocated an IP address; does your cloud provider support this?"
_WAITS = {DEPLOYMENT.name: DeploymentWait, JOB.name: JobWait, SERVICE.name: ServiceWait}


def await_object(
    cluster: KubernetesCluster, item: Object, inputs: Properties, timeout: float
) -> tuple[Object, str | None]:
    """Waits for the object; returns it as it is then, and the message of a wait that failed.

    `timeout`: in seconds; 0 for that of the annotation, or pulumi-kubernetes' default.
    """
    if annotations_of(inputs).get(_SKIP_AWAIT) == "true":
        return item, None
    given = annotations_of(inputs).get(_TIMEOUT_SECONDS)
    seconds = timeout or (float(given) if given else DEFAULT_TIMEOUT)
    latest, verdict = wait_for(cluster, item, seconds, annotations_of(inputs).get(_WAIT_FOR))
    if verdict.ready:
        return latest, None
    return latest, "\n\t* ".join([_headline(item["metadata"]["name"], verdict), *verdict.missing])


def current_problem(cluster: KubernetesCluster, item: Object, inputs: Properties) -> str | None:
    """The message of a refresh about an object that is not ready (the Read of each awaiter); None if it is.

    A refresh applies the criteria of the kind, also where pulumi.com/waitFor names a field.
    """
    if annotations_of(inputs).get(_SKIP_AWAIT) == "true":
        return None
    now = time.monotonic()
    wait = _WAITS.get(item["kind"], Wait)(0.0, now)
    verdict = wait.look(item, _neighbours(cluster, item), cluster.front_end(item), now)
    if verdict.ready:
        return None
    return "\n\t* ".join([_FAILED.format(item["metadata"]["name"]), *verdict.missing])


def _neighbours(cluster: KubernetesCluster, item: Object) -> list[Object]:
    namespace = item["metadata"].get("namespace")
    return [one for one in cluster.objects.list() if one["metadata"].get("namespace") == namespace]


def _headline(name: str, verdict: Readiness) -> str:
    if verdict.failed:
        return _FAILED.format(name)
    return (
        CANCELLED_MESSAGE.format(name)
        if current_call().abandoned
        else f"'{name}' timed out waiting to be Ready"
    )


def wait_for(
    cluster: KubernetesCluster, item: Object, timeout: float, field: str | None = None
) -> tuple[Object, Readiness]:
    """Waits until the object is ready or has failed, the time is over, or the call is abandoned.

    `field`: what pulumi.com/waitFor names; it takes the place of the criteria of the kind.
    """
    latest, verdict = item, Readiness()
    began = time.monotonic()
    wait = FieldWait(field, timeout, began) if field else _WAITS.get(item["kind"], Wait)(timeout, began)

    def is_over() -> bool:
        nonlocal latest, verdict
        latest = cluster.objects.get(key_of(item)) or latest
        verdict = wait.look(latest, _neighbours(cluster, item), cluster.front_end(item), time.monotonic())
        return verdict.ready or verdict.failed

    wait_until(cluster, is_over, wait.deadline, wait.next_look)
    return latest, verdict


def wait_until(
    cluster: KubernetesCluster,
    condition: Callable[[], bool],
    deadline: Callable[[], float | None],
    next_look: Callable[[], float | None] | None = None,
) -> bool:
    """Whether `condition` came true before the deadline (monotonic) and before the call was abandoned.

    `deadline` and `next_look` (when to check the condition again at the latest) are called after each change.
    """
    call = current_call()
    call.when_over(cluster.objects.wake)
    while True:
        version = cluster.objects.version
        if condition():
            return True
        end, look = deadline(), (next_look or deadline)()
        now = time.monotonic()
        if call.abandoned or (end is not None and end <= now):
            return False
        cluster.objects.wait_beyond(version, None if look is None else max(0.0, look - now))
