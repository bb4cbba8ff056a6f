"""BrokerAddresses: the dynamic resource that asks Ambari where a Kafka cluster's brokers are. It only reads.

Whatever names the brokers depends on this resource and not on IpAdvertising, which restarts them: then a
preview knows the addresses also while brokers are about to restart, and announces no change that `up` does
not make.

The provider's import path and the resource's type token are part of every stack's state: never rename them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    UpdateResult,
)

from ..running.naming import CamelCased, snake_case
from ..running.provider import OwnProvider
from .api.errors import ClusterUnknown
from .api.session import Session, session
from .configuration.servers import SERVERS, told_to_clients
from .configuration.situation import situation
from .rolling_restart.joining import await_brokers
from .rolling_restart.restart import Pace
from .state import is_another, login_mistakes

_OPTIONS = ("ambariUrl", "clusterName", "user", "passwordConfigKey", "workers")
_SEEN = ("brokers", *SERVERS.values())


@dataclass(frozen=True)
class BrokerAddressesArgs:
    """Which cluster is asked, and how."""

    ambari_url: pulumi.Input[str]
    """`https://HOST[:PORT]`."""
    cluster_name: pulumi.Input[str]
    """Of the HDInsight cluster, which is its name in Ambari as well."""
    user: pulumi.Input[str]
    """Who may see the cluster in Ambari."""
    password_config_key: str
    """Full key of the secret configuration value that holds the password, e.g. `aks-kafka:ambariPassword`."""
    workers: pulumi.Input[int] = 0
    """How many brokers there are at least, waited for. 0: not known."""


class BrokerAddresses(CamelCased, pulumi.dynamic.Resource, module="kafka", name="BrokerAddresses"):
    """The brokers of an HDInsight Kafka cluster, and where clients in a peered network reach them.

    It changes nothing. `up` fails where Ambari refuses the password, is out of reach, or knows fewer brokers
    than there should be.
    """

    brokers: pulumi.Output[list[dict[str, str]]]
    """`host`, `ip` and `rack` of each."""
    bootstrap_servers: pulumi.Output[str]
    """`ip:port,ip:port,...` of the listener whose protocol is PLAINTEXT; empty where clients have none."""
    bootstrap_servers_tls: pulumi.Output[str]
    """The same for protocol SSL."""
    bootstrap_servers_sasl: pulumi.Output[str]
    """The same for protocol SASL_PLAINTEXT."""
    bootstrap_servers_sasl_tls: pulumi.Output[str]
    """The same for protocol SASL_SSL."""

    def __init__(self, name: str, args: BrokerAddressesArgs, opts: pulumi.ResourceOptions | None = None):
        inputs = {field.name: getattr(args, field.name) for field in fields(args)}
        seen = dict.fromkeys(map(snake_case, _SEEN))
        super().__init__(BrokerAddressesProvider(), name, {**inputs, **seen}, opts)


class BrokerAddressesProvider(OwnProvider):
    """Looks, and changes nothing."""

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        inputs = {name: news[name] for name in _OPTIONS if name in news}
        return CheckResult(inputs, [CheckFailure(name, reason) for name, reason in login_mistakes(inputs)])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        replaces = ["clusterName"] if is_another(_olds, _news) else []
        changes = any(_olds.get(name) != _news.get(name) for name in _OPTIONS)
        return DiffResult(changes=changes, replaces=replaces, delete_before_replace=False)

    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(f"{props['clusterName']}/KAFKA", self._ask(props))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        return UpdateResult(self._ask(_news))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        try:
            with session(props, self.configuration) as signed_in:
                seen = _seen(props, signed_in)
        except ClusterUnknown:
            return ReadResult("", {})
        return ReadResult(id_, seen, {name: seen[name] for name in _OPTIONS if name in seen})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Nothing was made."""

    def _ask(self, props: Mapping[str, Any]) -> dict[str, Any]:
        with session(props, self.configuration) as signed_in:
            await_brokers(
                signed_in.ambari,
                signed_in.clock,
                signed_in.progress,
                signed_in.alive,
                Pace(),
                int(props.get("workers") or 0),
            )
            return _seen(props, signed_in)


def _seen(props: Mapping[str, Any], signed_in: Session) -> dict[str, Any]:
    """The options, and what Ambari says now."""
    listeners = situation(signed_in.ambari.current().version.types).parsed
    return {
        **{name: props[name] for name in _OPTIONS if name in props},
        **told_to_clients(listeners, signed_in.ambari.brokers()),
    }
