"""Applies a resource's inputs to a cluster, with the outputs and messages of pulumi-kubernetes."""

from emulator.kubernetes.cluster import KubernetesCluster
from emulator.kubernetes.provider.managers import STATE_KEY, is_forced, manager_of
from emulator.kubernetes.provider.session import Session
from emulator.kubernetes.server.api import AlreadyExists, ApiError
from emulator.kubernetes.server.applying import Conflict, apply
from emulator.kubernetes.server.objects import KINDS, Object, key_of
from emulator.kubernetes.server.values import known
from emulator.providers.provider import Properties, ProviderError

_HELP_WITH_CONFLICTS = (
    "https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply"
    "/#handle-field-conflicts-on-existing-resources"
)


def require_absence(cluster: KubernetesCluster, inputs: Properties) -> None:
    """Raises AlreadyExists if the cluster has an object of the inputs' kind and name."""
    key = key_of(inputs)
    if cluster.objects.get(key) is not None:
        raise AlreadyExists(f'{KINDS[key.kind].plural} "{key.name}" already exists')


def applied(
    cluster: KubernetesCluster, config: Object, manager: str, force: bool, *, dry_run: bool = False
) -> Object:
    """The object once `config` is applied. Raises ApiError."""
    version = cluster.spec.version
    return apply(cluster.objects, config, manager, version=version, force=force, dry_run=dry_run)


def dry_run_update(session: Session, old_outputs: Properties, inputs: Properties) -> Properties | None:
    """The outputs of a dry run of an update. Raises ProviderError as the update would.

    None if an input is unknown, or there is no cluster or no object to ask about.
    """
    cluster = session.find() if known(inputs) else None
    live = cluster.objects.get(key_of(inputs)) if cluster else None
    if cluster is None or live is None:
        return None
    manager = manager_of(old_outputs, inputs)
    try:
        item = applied(cluster, inputs, manager, is_forced(inputs, live, session.force), dry_run=True)
    except ApiError as error:
        raise update_failed(live, manager, refusal_message(error, manager)) from error
    return outputs_of(item, manager)


def refusal_message(error: ApiError, manager: str) -> str:
    """A refusal in the words of pulumi-kubernetes (handleSSAErr in await/await.go)."""
    if not isinstance(error, Conflict):
        return str(error)
    return (
        f"Server-Side Apply field conflict detected. See {_HELP_WITH_CONFLICTS} for troubleshooting help.\n"
        f'The resource managed by field manager "{manager}" had an apply conflict: {error}'
    )


def outputs_of(item: Object, manager: str) -> Properties:
    """The outputs that the state keeps (checkpointObject): the live object and its field manager."""
    return {**item, STATE_KEY: manager}


def update_failed(item: Object, manager: str, problem: str) -> ProviderError:
    """The error of a failed update; with its partial outputs Pulumi keeps the new inputs in the state."""
    identifier = identifier_of(item)
    return ProviderError(
        f'the Kubernetes API server reported that "{identifier}" failed to fully initialize or become live: '
        f"{problem}",
        partial=(identifier, outputs_of(item, manager)),
    )


def identifier_of(item: Object) -> str:
    """The resource's id."""
    key = key_of(item)
    return f"{key.namespace}/{key.name}" if key.namespace else key.name
