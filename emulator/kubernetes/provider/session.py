"""A configured instance of the Kubernetes provider: its settings, and the cluster it acts on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from emulator.kubernetes.cluster import KubernetesCluster
from emulator.kubernetes.server.kubeconfig import KubeconfigInvalid, namespace_of, token_of
from emulator.kubernetes.server.objects import CONFIG_MAP, SECRET
from emulator.providers.provider import Properties, ProviderError, Unknown

Clusters = Callable[[], Iterable[KubernetesCluster]]
"""The clusters that run at present."""

ENGINE_SETTINGS = frozenset({"version", "pluginDownloadURL"})
"""The settings that the engine reads itself, and passes on to the provider."""
SETTINGS = ENGINE_SETTINGS | frozenset(
    {
        "kubeconfig",
        "context",
        "namespace",
        "clusterIdentifier",
        "deleteUnreachable",
        "enableConfigMapMutable",
        "enableSecretMutable",
        "upsertExistingObjects",
        "enableServerSideApply",
        "enablePatchForce",
        # Without effect: the emulator has no client to limit, and gives no such warnings.
        "kubeClientSettings",
        "suppressDeprecationWarnings",
        "suppressHelmHookWarnings",
    }
)
_UNREACHABLE = "configured Kubernetes cluster is unreachable: "


@dataclass(frozen=True)
class Session:
    """The provider's configuration. The cluster is looked up at each call, as it may come or go meanwhile."""

    clusters: Clusters
    kubeconfig: str | None
    context: str | None
    default_namespace: str
    mutable_kinds: frozenset[str]
    upsert: bool
    force: bool
    """Whether fields that other managers own are taken from them."""
    delete_unreachable: bool

    @classmethod
    def of(cls, config: Properties, clusters: Clusters) -> "Session":
        """The session of a configuration.

        Raises ProviderError for settings that are not modelled, and for an unreadable kubeconfig.
        """
        unknown = sorted(name for name in config if name not in SETTINGS and not name.startswith("__"))
        if unknown:
            raise ProviderError(f"kubernetes provider: not modelled by the emulator: {', '.join(unknown)}")
        if config.get("enableServerSideApply") in (False, "false"):
            raise ProviderError("kubernetes provider: not modelled by the emulator: client-side apply")
        kubeconfig, context = _text(config, "kubeconfig"), _text(config, "context")
        mutable = {CONFIG_MAP.name: "enableConfigMapMutable", SECRET.name: "enableSecretMutable"}
        return cls(
            clusters=clusters,
            kubeconfig=kubeconfig,
            context=context,
            default_namespace=_text(config, "namespace") or _namespace(kubeconfig, context) or "default",
            mutable_kinds=frozenset(kind for kind, setting in mutable.items() if _flag(config, setting)),
            upsert=_flag(config, "upsertExistingObjects"),
            force=_flag(config, "enablePatchForce"),
            delete_unreachable=_flag(config, "deleteUnreachable"),
        )

    def find(self) -> KubernetesCluster | None:
        """The cluster, if the kubeconfig is known and its cluster runs."""
        if self.kubeconfig is None:
            return None
        try:
            token = token_of(self.kubeconfig, self.context)
        except KubeconfigInvalid as error:
            raise ProviderError(f"{_UNREACHABLE}{error}") from error
        return next((one for one in self.clusters() if one.token == token), None)

    def cluster(self) -> KubernetesCluster:
        """The cluster. Raises ProviderError when there is none."""
        cluster = self.find()
        if cluster is None:
            missing = "no kubeconfig is given" if self.kubeconfig is None else "there is no such cluster"
            raise ProviderError(f"{_UNREACHABLE}{missing}")
        return cluster


def _namespace(kubeconfig: str | None, context: str | None) -> str | None:
    try:
        return namespace_of(kubeconfig, context) if kubeconfig else None
    except KubeconfigInvalid as error:
        raise ProviderError(f"{_UNREACHABLE}{error}") from error


def _text(config: Properties, name: str) -> str | None:
    value: Any = config.get(name)
    return None if isinstance(value, Unknown) or not value else str(value)


def _flag(config: Properties, name: str) -> bool:
    """Whether the setting is true; the engine hands settings to a provider as text."""
    value: Any = config.get(name)
    return not isinstance(value, Unknown) and value in (True, "true")
