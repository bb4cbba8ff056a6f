"""The emulated pulumi-kubernetes: objects of the emulator's clusters as Pulumi resources."""

import copy
import importlib.metadata
import time

from emulator.kubernetes.cluster import KubernetesCluster
from emulator.kubernetes.provider.application import (
    applied,
    dry_run_update,
    identifier_of,
    outputs_of,
    refusal_message,
    require_absence,
    update_failed,
)
from emulator.kubernetes.provider.differences import difference
from emulator.kubernetes.provider.inputs import completed, failures, kind_of, live_inputs, resource_types
from emulator.kubernetes.provider.managers import giving_up_fields, is_forced, manager_of
from emulator.kubernetes.provider.modelled import top_level_fields
from emulator.kubernetes.provider.readiness import is_unready_job
from emulator.kubernetes.provider.session import ENGINE_SETTINGS, SETTINGS, Clusters, Session
from emulator.kubernetes.provider.waiting import (
    CANCELLED_MESSAGE,
    DEFAULT_TIMEOUT,
    await_object,
    current_problem,
    wait_until,
)
from emulator.kubernetes.server.api import BUILT_IN_NAMESPACES, SERVER_METADATA, ApiError
from emulator.kubernetes.server.defaults import with_defaults
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
from emulator.providers.schema import package_schema

_REPLACE_UNREADY = "pulumi.com/replaceUnready"


class Kubernetes(Provider):
    """Serves all clusters of the emulator; a session acts on the one that its kubeconfig's token names."""

    name = "kubernetes"
    version = importlib.metadata.version("pulumi_kubernetes")

    def __init__(self, clusters: Clusters) -> None:
        self._clusters = clusters

    def configure(self, config: Properties, /) -> Session:
        return Session.of(config, self._clusters)

    def schema(self) -> Properties:
        types = {
            token: (top_level_fields(kind.name), ("status",)) for token, kind in resource_types().items()
        }
        return package_schema(Kubernetes, SETTINGS - ENGINE_SETTINGS, types)

    def diff_config(self, olds: Properties, news: Properties, /) -> Difference:
        """Another cluster replaces the provider; a clusterIdentifier on both sides alone identifies it."""
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
        inputs = completed(
            kind, urn.rpartition("::")[2], olds, news, session.default_namespace, current_call().seed
        )
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
            return "", _previewed_outputs(inputs)
        cluster, manager = session.cluster(), manager_of({}, inputs)
        try:
            if not session.upsert:
                require_absence(cluster, inputs)
            item = applied(cluster, inputs, manager, is_forced(inputs, None, session.force))
        except ApiError as error:
            raise ProviderError(
                f'resource "{urn}" was not successfully created by the Kubernetes API server: '
                f"{refusal_message(error, manager)}"
            ) from error
        latest, problem = await_object(cluster, item, inputs, timeout)
        outputs = outputs_of(latest, manager)
        if problem is not None:
            raise ProviderError(
                f'resource "{urn}" was successfully created, but the Kubernetes API server reported that it '
                f"failed to fully initialize or become live: {problem}",
                partial=(identifier_of(item), outputs),
            )
        return identifier_of(item), outputs

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
        outputs = outputs_of(item, manager_of(state, inputs))
        if not inputs:
            return identifier_of(item), _imported_inputs(item), outputs
        found, problem = live_inputs(item, inputs), current_problem(session.cluster(), item, inputs)
        if problem is not None:
            raise ProviderError(problem, partial=(identifier_of(item), outputs), inputs=found)
        return identifier_of(item), found, outputs

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
            if not known(new_inputs):
                return copy.deepcopy(new_inputs)
            return dry_run_update(session, old_outputs, new_inputs) or _previewed_outputs(
                new_inputs, old_outputs
            )
        cluster = session.cluster()
        live = cluster.objects.get(key_of(new_inputs))
        if live is None:
            raise ProviderError(f'update of resource "{urn}" failed: {key_of(new_inputs)} not found')
        former = manager_of(old_outputs, {"metadata": old_outputs.get("metadata", {})})
        manager = manager_of(old_outputs, new_inputs)
        try:
            item = applied(cluster, new_inputs, manager, is_forced(new_inputs, live, session.force))
        except ApiError as error:
            raise update_failed(live, manager, refusal_message(error, manager)) from error
        latest, problem = await_object(cluster, item, new_inputs, timeout)
        if problem is not None:
            raise update_failed(latest, manager, problem)
        if former != manager:
            try:
                latest = applied(cluster, giving_up_fields(latest), former, force=False)
            except ApiError as error:
                raise ProviderError(str(error)) from error
        return outputs_of(latest, manager)

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
        end = time.monotonic() + (timeout or DEFAULT_TIMEOUT)
        if former is not None and not wait_until(cluster, lambda: not _exists(cluster, former), lambda: end):
            name = qualified_name(former)
            late = f"'{name}' timed out waiting to be deleted"
            raise ProviderError(CANCELLED_MESSAGE.format(name) if current_call().abandoned else late)

    def secret_outputs(self, resource_type: str, /) -> frozenset[str]:
        return frozenset({"data", "stringData"}) if resource_type.endswith(f":{SECRET.name}") else frozenset()


def _previewed_outputs(inputs: Properties, former: Properties | None = None) -> Properties:
    """The outputs as far as a preview knows them: the inputs with defaults, and unknown server metadata."""
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


def _exists(cluster: KubernetesCluster, former: Object) -> bool:
    item = cluster.objects.get(key_of(former))
    return item is not None and item["metadata"]["uid"] == former["metadata"]["uid"]


def _key(resource_type: str, resource_id: str) -> Key:
    kind: Kind | None = kind_of(resource_type)
    if kind is None:
        raise ProviderError(f"not modelled by the emulator: {resource_type}")
    namespace, _, name = resource_id.rpartition("/")
    return Key(kind.name, namespace or ("default" if kind.namespaced else ""), name)


def _imported_inputs(item: Object) -> Properties:
    """The inputs of an object that is imported: all but its status and what the server writes."""
    written = (*SERVER_METADATA, "managedFields")
    metadata = {name: value for name, value in item["metadata"].items() if name not in written}
    return {**{name: value for name, value in item.items() if name != "status"}, "metadata": metadata}
