"""The stand-in for pulumi-kubernetes: objects of the emulator's clusters as Pulumi resources."""

import copy
import importlib.metadata
import time

from emulator.kubernetes.cluster import KubernetesCluster
from emulator.kubernetes.provider.awaiting import Readiness, is_unready_job
from emulator.kubernetes.provider.differences import difference
from emulator.kubernetes.provider.inputs import completed, failures, kind_of, live_inputs
from emulator.kubernetes.provider.managers import STATE_KEY, emptied, is_forced, manager_of
from emulator.kubernetes.provider.session import Clusters, Session
from emulator.kubernetes.provider.waiting import wait_for, wait_until
from emulator.kubernetes.server.api import BUILT_IN_NAMESPACES, AlreadyExists, ApiError
from emulator.kubernetes.server.applying import Conflict, apply
from emulator.kubernetes.server.defaults import with_defaults
from emulator.kubernetes.server.objects import (
    JOB,
    KINDS,
    NAMESPACE,
    SECRET,
    Key,
    Kind,
    Object,
    annotations_of,
    key_of,
    qualified_name,
)
from emulator.kubernetes.server.values import known
from emulator.providers.calls import current_call
from emulator.providers.provider import (
    UNKNOWN,
    Difference,
    Failure,
    Properties,
    Provider,
    ProviderError,
    Unknown,
)

# provider/pkg/await: ten minutes for everything that is waited for.
_TIMEOUT = 600.0
_SKIP_AWAIT = "pulumi.com/skipAwait"
_WAIT_FOR = "pulumi.com/waitFor"
_TIMEOUT_SECONDS = "pulumi.com/timeoutSeconds"
_CANCELLED = "Resource operation was cancelled for '{}'"
_REPLACE_UNREADY = "pulumi.com/replaceUnready"
_HELP_WITH_CONFLICTS = (
    "https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply"
    "/#handle-field-conflicts-on-existing-resources"
)
_UNINTERESTING_TO_INPUTS = (
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "resourceVersion",
    "generation",
    "ownerReferences",
    "managedFields",
)


class Kubernetes(Provider):
    """Serves all clusters of the emulator; a provider instance means that of its kubeconfig's token."""

    name = "kubernetes"
    version = importlib.metadata.version("pulumi_kubernetes")

    def __init__(self, clusters: Clusters) -> None:
        self._clusters = clusters

    def configure(self, config: Properties, /) -> Session:
        return Session.of(config, self._clusters)

    def diff_config(self, olds: Properties, news: Properties, /) -> Difference:
        """Another cluster means other objects. With a clusterIdentifier, that alone tells clusters apart."""
        changed = super().diff_config(olds, news).changed
        decisive = (
            ("clusterIdentifier",) if _identified(olds) and _identified(news) else ("kubeconfig", "context")
        )
        return Difference(changed, [name for name in changed if name in decisive])

    def check(
        self, session: Session, urn: str, resource_type: str, olds: Properties, news: Properties, /
    ) -> tuple[Properties, list[Failure]]:
        kind = kind_of(resource_type)
        if kind is None:
            return news, [Failure("", f"not modelled by the emulator: {resource_type}")]
        inputs = completed(kind, urn.rpartition("::")[2], olds, news, session.default_namespace)
        cluster = session.find()
        return inputs, failures(inputs, cluster.spec.version if cluster else None, olds)

    def diff(
        self,
        session: Session,
        urn: str,
        resource_type: str,
        resource_id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        new_inputs: Properties,
        /,
    ) -> Difference:
        found = difference(old_inputs, new_inputs, session.mutable_kinds)
        if _is_unready_job(session, new_inputs) and not found.replace:
            path = f'metadata.annotations["{_REPLACE_UNREADY}"]'
            return Difference([*found.changed, path], [path], delete_before_replace=True)
        return found

    def create(
        self,
        session: Session,
        urn: str,
        resource_type: str,
        inputs: Properties,
        preview: bool,
        timeout: float,
        /,
    ) -> tuple[str, Properties]:
        if preview:
            return "", _foreseen(inputs)
        cluster, manager = session.cluster(), manager_of({}, inputs)
        try:
            if not session.upsert:
                _require_absence(cluster, inputs)
            item = _applied(cluster, inputs, manager, is_forced(inputs, None, session.force))
        except ApiError as error:
            raise ProviderError(
                f'resource "{urn}" was not successfully created by the Kubernetes API server: '
                f"{_explained(error, manager)}"
            ) from error
        latest, problem = _awaited(cluster, item, inputs, timeout)
        outputs = _outputs(latest, manager)
        if problem is not None:
            raise ProviderError(
                f'resource "{urn}" was successfully created, but the Kubernetes API server reported that it '
                f"failed to fully initialize or become live: {problem}",
                partial=(_identifier(item), outputs),
            )
        return _identifier(item), outputs

    def read(
        self,
        session: Session,
        urn: str,
        resource_type: str,
        resource_id: str,
        inputs: Properties,
        state: Properties,
        /,
    ) -> tuple[str, Properties, Properties] | None:
        cluster = session.find()
        if cluster is None and session.delete_unreachable:
            return None
        item = session.cluster().objects.get(_key(resource_type, resource_id))
        if item is None:
            return None
        outputs = _outputs(item, manager_of(state, inputs))
        return _identifier(item), live_inputs(item, inputs) if inputs else _declared(item), outputs

    def update(
        self,
        session: Session,
        urn: str,
        resource_type: str,
        resource_id: str,
        old_outputs: Properties,
        new_inputs: Properties,
        preview: bool,
        timeout: float,
        /,
    ) -> Properties:
        if preview:
            return _foreseen(new_inputs, old_outputs)
        cluster = session.cluster()
        live = cluster.objects.get(key_of(new_inputs))
        if live is None:
            raise ProviderError(f'update of resource "{urn}" failed: {key_of(new_inputs)} not found')
        former = manager_of(old_outputs, {"metadata": old_outputs.get("metadata", {})})
        manager = manager_of(old_outputs, new_inputs)
        try:
            item = _applied(cluster, new_inputs, manager, is_forced(new_inputs, live, session.force))
        except ApiError as error:
            raise _not_live(live, manager, _explained(error, manager)) from error
        latest, problem = _awaited(cluster, item, new_inputs, timeout)
        if problem is not None:
            raise _not_live(latest, manager, problem)
        if former != manager:
            try:
                latest = _applied(cluster, emptied(latest), former, force=False)
            except ApiError as error:
                raise ProviderError(str(error)) from error
        return _outputs(latest, manager)

    def delete(
        self,
        session: Session,
        urn: str,
        resource_type: str,
        resource_id: str,
        state: Properties,
        timeout: float,
        /,
    ) -> None:
        if session.find() is None and session.delete_unreachable:
            return
        cluster = session.cluster()
        key = _key(resource_type, resource_id)
        if key.kind == NAMESPACE.name and key.name in BUILT_IN_NAMESPACES:
            raise ProviderError(f'namespaces "{key.name}" is forbidden: this namespace may not be deleted')
        former = cluster.objects.get(key)
        cluster.objects.delete(key)
        end = time.monotonic() + (timeout or _TIMEOUT)
        if former is not None and not wait_until(
            cluster, lambda: not _is_there(cluster, former), lambda: end
        ):
            name = qualified_name(former)
            late = f"'{name}' timed out waiting to be deleted"
            raise ProviderError(_CANCELLED.format(name) if current_call().abandoned else late)

    def secret_outputs(self, resource_type: str, /) -> frozenset[str]:
        return frozenset({"data", "stringData"}) if resource_type.endswith(f":{SECRET.name}") else frozenset()


def _require_absence(cluster: KubernetesCluster, inputs: Properties) -> None:
    key = key_of(inputs)
    if cluster.objects.get(key) is not None:
        raise AlreadyExists(f'{KINDS[key.kind].plural} "{key.name}" already exists')


def _applied(cluster: KubernetesCluster, config: Object, manager: str, force: bool) -> Object:
    return apply(cluster.objects, config, manager, version=cluster.spec.version, force=force)


def _explained(error: ApiError, manager: str) -> str:
    """handleSSAErr in await/await.go."""
    if not isinstance(error, Conflict):
        return str(error)
    return (
        f"Server-Side Apply field conflict detected. See {_HELP_WITH_CONFLICTS} for troubleshooting help.\n"
        f'The resource managed by field manager "{manager}" had an apply conflict: {error}'
    )


def _outputs(item: Object, manager: str) -> Properties:
    """checkpointObject: the live object, and the manager that it was applied by."""
    return {**item, STATE_KEY: manager}


def _not_live(item: Object, manager: str, problem: str) -> ProviderError:
    """An update that failed at whatever stage leaves the new inputs in the state, with the live object."""
    return ProviderError(
        f'the Kubernetes API server reported that "{_identifier(item)}" failed to fully initialize or become '
        f"live: {problem}",
        partial=(_identifier(item), _outputs(item, manager)),
    )


def _awaited(
    cluster: KubernetesCluster, item: Object, inputs: Properties, timeout: float
) -> tuple[Object, str | None]:
    """The object as it is after the wait for it, and what is wrong with it."""
    if annotations_of(inputs).get(_SKIP_AWAIT) == "true":
        return item, None
    given = annotations_of(inputs).get(_TIMEOUT_SECONDS)
    seconds = timeout or (float(given) if given else _TIMEOUT)
    latest, verdict = wait_for(cluster, item, seconds, annotations_of(inputs).get(_WAIT_FOR))
    if verdict.ready:
        return latest, None
    return latest, "\n\t* ".join([_headline(item["metadata"]["name"], verdict), *verdict.missing])


def _headline(name: str, verdict: Readiness) -> str:
    if verdict.failed:
        return f"Resource '{name}' was created but failed to initialize"
    return _CANCELLED.format(name) if current_call().abandoned else f"'{name}' timed out waiting to be Ready"


def _foreseen(inputs: Properties, former: Properties | None = None) -> Properties:
    """The outputs as far as they are known before the API server has seen the inputs."""
    if isinstance(inputs["metadata"], Unknown):
        return copy.deepcopy(inputs)
    expected = with_defaults(inputs) if known(inputs) else copy.deepcopy(inputs)
    if former:
        expected["metadata"] = {**former.get("metadata", {}), **expected["metadata"]}
        return {**expected, "status": former["status"]} if "status" in former else expected
    expected["metadata"] |= dict.fromkeys(
        ("uid", "creationTimestamp", "resourceVersion", "generation"), UNKNOWN
    )
    return {**expected, "status": UNKNOWN} if "status" in expected else expected


def _identified(config: Properties) -> bool:
    value = config.get("clusterIdentifier")
    return value is not None and not isinstance(value, Unknown)


def _is_unready_job(session: Session, inputs: Properties) -> bool:
    """Whether this is a Job that is not complete and asks to be replaced then."""
    if inputs["kind"] != JOB.name or annotations_of(inputs).get(_REPLACE_UNREADY) != "true":
        return False
    cluster = session.find()
    job = cluster.objects.get(key_of(inputs)) if cluster else None
    return job is not None and is_unready_job(job)


def _is_there(cluster: KubernetesCluster, former: Object) -> bool:
    item = cluster.objects.get(key_of(former))
    return item is not None and item["metadata"]["uid"] == former["metadata"]["uid"]


def _identifier(item: Object) -> str:
    key = key_of(item)
    return f"{key.namespace}/{key.name}" if key.namespace else key.name


def _key(resource_type: str, resource_id: str) -> Key:
    kind: Kind | None = kind_of(resource_type)
    if kind is None:
        raise ProviderError(f"not modelled by the emulator: {resource_type}")
    namespace, _, name = resource_id.rpartition("/")
    return Key(kind.name, namespace or ("default" if kind.namespaced else ""), name)


def _declared(item: Object) -> Properties:
    """What a program would declare to get this object; for one that no program has applied yet."""
    metadata = {
        name: value for name, value in item["metadata"].items() if name not in _UNINTERESTING_TO_INPUTS
    }
    return {**{name: value for name, value in item.items() if name != "status"}, "metadata": metadata}
