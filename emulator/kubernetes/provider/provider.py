"""The stand-in for pulumi-kubernetes: objects of the emulator's clusters as Pulumi resources."""

import copy
import importlib.metadata
import time
import uuid

from emulator.kubernetes.cluster import KubernetesCluster
from emulator.kubernetes.provider.awaiting import Readiness, is_unready_job
from emulator.kubernetes.provider.differences import difference, immutable_changes
from emulator.kubernetes.provider.inputs import completed, failures, kind_of
from emulator.kubernetes.provider.session import Clusters, Session
from emulator.kubernetes.provider.waiting import wait_for, wait_until
from emulator.kubernetes.server.api import BUILT_IN_NAMESPACES, AlreadyExists, ApiError
from emulator.kubernetes.server.defaults import with_defaults, with_job_identity
from emulator.kubernetes.server.objects import (
    JOB,
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
_TIMEOUT_SECONDS = "pulumi.com/timeoutSeconds"
_CANCELLED = "Resource operation was cancelled for '{}'"
_REPLACE_UNREADY = "pulumi.com/replaceUnready"
_UNINTERESTING_TO_INPUTS = (
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "resourceVersion",
    "generation",
    "ownerReferences",
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
        cluster = session.cluster()
        try:
            item = self._created(cluster, inputs, session.upsert)
        except ApiError as error:
            raise _refused(inputs, "created", error) from error
        cluster.applied.put(str(key_of(item)), inputs)
        return _identifier(item), _awaited(cluster, item, inputs, timeout, "created")

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
        applied = session.cluster().applied.get(str(key_of(item)))
        return _identifier(item), applied or _declared(item), item

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
        try:
            item = self._applied(cluster, new_inputs)
        except ApiError as error:
            raise _refused(new_inputs, "updated", error) from error
        cluster.applied.put(str(key_of(item)), new_inputs)
        return _awaited(cluster, item, new_inputs, timeout, "updated")

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
        cluster.applied.delete(str(key))

    def secret_outputs(self, resource_type: str, /) -> frozenset[str]:
        return frozenset({"data", "stringData"}) if resource_type.endswith(f":{SECRET.name}") else frozenset()

    def _created(self, cluster: KubernetesCluster, inputs: Properties, upsert: bool) -> Object:
        try:
            return cluster.objects.create(_complete(inputs, str(uuid.uuid4())))
        except AlreadyExists:
            if not upsert:
                raise
            return self._applied(cluster, inputs)

    def _applied(self, cluster: KubernetesCluster, inputs: Properties) -> Object:
        former = cluster.objects.get(key_of(inputs))
        uid = former["metadata"]["uid"] if former else str(uuid.uuid4())
        wanted = _complete(inputs, uid)
        if former is not None and (fixed := immutable_changes(former, wanted)):
            plural = f"{inputs['kind']}.{inputs['apiVersion'].partition('/')[0]}"
            raise ApiError(
                f'{plural} "{inputs["metadata"]["name"]}" is invalid: {", ".join(fixed)}: field is immutable'
            )
        return cluster.objects.apply(wanted)


def _complete(inputs: Properties, uid: str) -> Object:
    item = with_defaults(inputs)
    item["metadata"]["uid"] = uid
    return with_job_identity(item, uid) if item["kind"] == JOB.name else item


def _refused(inputs: Properties, done: str, error: ApiError) -> ProviderError:
    name = qualified_name(inputs)
    return ProviderError(f"resource {name} was not successfully {done} by the Kubernetes API server: {error}")


def _awaited(
    cluster: KubernetesCluster, item: Object, inputs: Properties, timeout: float, done: str
) -> Properties:
    """The object once it is ready. Raises ProviderError, with the object, if it isn't in time."""
    if annotations_of(inputs).get(_SKIP_AWAIT) == "true":
        return item
    given = annotations_of(inputs).get(_TIMEOUT_SECONDS)
    latest, verdict = wait_for(cluster, item, timeout or (float(given) if given else _TIMEOUT))
    if verdict.ready:
        return latest
    lines = [
        f"resource {qualified_name(item)} was successfully {done}, but the Kubernetes API server reported "
        f"that it failed to fully initialize or become live: {_headline(item['metadata']['name'], verdict)}",
        *verdict.missing,
    ]
    raise ProviderError("\n\t* ".join(lines), partial=(_identifier(item), latest))


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
