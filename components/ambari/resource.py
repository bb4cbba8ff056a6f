"""IpAdvertising: the dynamic resource that makes an HDInsight Kafka cluster advertise IP addresses.

The provider's import path and the resource's type token are part of every stack's state: never rename them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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

from ..running.naming import CamelCased
from ..running.provider import OwnProvider
from ..settings.values import restarts
from ..settings.values.restarts import Restart, RestartUnit
from .api.errors import ClusterUnknown, Unreachable
from .api.session import session
from .change import Change
from .effect import effect
from .rolling_restart.kafkas_view import KUBECONFIG, VIEW, watching
from .rolling_restart.restart import Pace
from .rolling_restart.roll import RollOptions
from .state import (
    INPUTS,
    OPTIONS,
    REFUSED,
    SEEN_AT_REFRESH,
    adopted,
    desired,
    differs,
    is_another,
    mistakes,
    outputs,
    remembered,
)


@dataclass(frozen=True)
class ViewAccess:
    """A pod in AKS that logs Kafka's own view, and how it is found."""

    kubeconfig: pulumi.Input[str]
    """Of whoever may list pods and read their logs in the namespace. It is kept as a secret."""
    namespace: pulumi.Input[str]
    name: pulumi.Input[str] = "kafka-view"
    """The value of the pod's label `app.kubernetes.io/component`."""


@dataclass(frozen=True)
class IpAdvertisingArgs:
    """What to change and how. Where Ambari answers, it has to be reachable from where Pulumi runs."""

    ambari_url: pulumi.Input[str]
    """`https://HOST[:PORT]`."""
    cluster_name: pulumi.Input[str]
    """As Ambari spells it."""
    user: pulumi.Input[str]
    """Ambari's administrator: of HDInsight, the user of its gateway."""
    password_config_key: str
    """Full key of the secret configuration value that holds the password, e.g. `aks-kafka:ambariPassword`."""
    restart: Restart = restarts.DEFAULT_RESTART
    """How brokers restart for a changed configuration: one by one (`rolling`), or `all-at-once`."""
    unit: RestartUnit = restarts.DEFAULT_UNIT
    """What is restarted at a time when rolling; `rack` only where Ambari knows the racks."""
    batch: int = restarts.DEFAULT_BATCH
    """How many brokers at most restart at a time when rolling by broker; one where there is no `view`."""
    strict: bool = False
    """Stop when nothing tells whether Kafka is healthy, instead of waiting `settle_seconds`."""
    keep_on_delete: bool = False
    """Leave Kafka as it is when this resource is deleted."""
    settle_seconds: float = restarts.DEFAULT_SETTLE_SECONDS
    """Seconds that a restarted broker must have been running before the next, when nothing tells more."""
    workers: pulumi.Input[int] = 0
    """How many brokers there are at least, waited for: when the cluster grows, so does this. 0: not known."""
    view: ViewAccess | None = None
    """Where Kafka itself is asked which brokers may restart, and which are back; None: it is not asked.

    Another kubeconfig or namespace changes nothing about the brokers, and is no update.
    """


class IpAdvertising(CamelCased, pulumi.dynamic.Resource, module="kafka", name="IpAdvertising"):
    """Brokers of an HDInsight Kafka cluster advertise IP addresses, and every one of them runs with that.

    It takes only Ambari, so the cluster may be anybody's. What is saved there is merged with what others have
    set, and brokers restart one after the other. `up` fails with one sentence that says what to do: where
    Ambari refuses the password or is out of reach, where listeners can't work (see docs/architecture.md), or
    where a broker does not come back. The next `up` goes on from there. A deletion takes the change back.
    It is a dynamic resource: a program in Python alone can declare it (https://github.com/pulumi/pulumi/issues/5455).
    """

    brokers: pulumi.Output[list[dict[str, str]]]
    """`host`, `ip` and `rack` of each."""
    bootstrap_servers: pulumi.Output[str]
    """`ip:port,ip:port,...` of the listener whose protocol is PLAINTEXT; empty where clients have none."""
    bootstrap_servers_tls: pulumi.Output[str]
    """The same for protocol SSL; None where an earlier version of this program saw the cluster last."""
    bootstrap_servers_sasl: pulumi.Output[str]
    """The same for protocol SASL_PLAINTEXT."""
    bootstrap_servers_sasl_tls: pulumi.Output[str]
    """The same for protocol SASL_SSL."""
    listeners: pulumi.Output[str]
    """As they stand in Ambari."""
    config_version: pulumi.Output[int]
    """The version of Kafka's configuration in Ambari that made it so."""
    stale_brokers: pulumi.Output[list[str]]
    """Hosts whose broker does not run with the current configuration."""
    plan: pulumi.Output[list[str]]
    """Hosts that `pulumi up` would restart, in their order: all of them where something has to be saved."""
    order: pulumi.Output[list[str]]
    """The same in Kafka's words, one round a line; empty where its view is unknown."""
    unavailable: pulumi.Output[list[str]]
    """While restarts are due, the topics whose clients will notice them, and how; by Kafka's view."""
    under_replicated: pulumi.Output[list[str]]
    """While restarts are due, the topics with replicas that are out of sync; by Kafka's view."""
    advertised: pulumi.Output[dict[str, str]]
    """What brokers advertise that they should not, by broker and listener; by Kafka's view."""

    def __init__(self, name: str, args: IpAdvertisingArgs, opts: pulumi.ResourceOptions | None = None):
        inputs = {field.name: getattr(args, field.name) for field in fields(args) if field.name != "view"}
        if args.view is not None:
            inputs |= {
                "kubeconfig": pulumi.Output.secret(args.view.kubeconfig),
                "view_namespace": args.view.namespace,
                "view_name": args.view.name,
            }
        secret = pulumi.ResourceOptions(additional_secret_outputs=[KUBECONFIG])
        super().__init__(
            IpAdvertisingProvider(),
            name,
            {**inputs, **dict.fromkeys(_OUTPUTS)},
            pulumi.ResourceOptions.merge(secret, opts),
        )


_OUTPUTS = (
    "brokers",
    "bootstrap_servers",
    "bootstrap_servers_tls",
    "bootstrap_servers_sasl",
    "bootstrap_servers_sasl_tls",
    "config_version",
    "listeners",
    "kafka_env_block",
    "stale_brokers",
    "plan",
    "interrupted",
    "pasted",
    "listeners_before",
    "listeners_wanted",
    "refused",
    "order",
    "unavailable",
    "under_replicated",
    "advertised",
    "advertised_wanted",
)


_VIEW_AT_DELETION = 60.0
"""Seconds: what is kept to sign in with may be long out of date then, or the cluster gone."""


class IpAdvertisingProvider(OwnProvider):
    """Every call looks at the cluster anew, and does what is missing."""

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        inputs = {name: news[name] for name in (*OPTIONS, *VIEW) if name in news}
        failures = [CheckFailure(name, reason) for name, reason in mistakes(inputs)]
        if refused := _olds.get(REFUSED):
            failures.append(CheckFailure("listeners", f"{refused} {SEEN_AT_REFRESH}"))
        return CheckResult({**inputs, **desired(_olds), **effect(inputs, _olds)}, failures)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        # The same cluster at another address, or its name in another case, is no other one: the deletion that
        # ends a replacement would take back what the creation before has found in place.
        other = ("ambariUrl", "clusterName") if is_another(_olds, _news) else ()
        replaces = [name for name in other if _olds.get(name) != _news.get(name)]
        return DiffResult(changes=differs(_olds, _news), replaces=replaces, delete_before_replace=False)

    def create(self, props: dict[str, Any]) -> CreateResult:
        with self._change(props) as change:
            change.await_brokers(int(props.get("workers") or 0))
            listeners_before = change.listeners_before(change.survey())
            after = change.advertise()
        return CreateResult(f"{props['clusterName']}/KAFKA", outputs(props, after, listeners_before))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        with self._change(_news, adopted(_olds)) as change:
            change.await_brokers(int(_news.get("workers") or 0))
            before = change.survey().situation.listeners
            after = change.advertise()
        version = _olds.get("configVersion")
        return UpdateResult(outputs(_news, after, remembered(_olds, before), version))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        try:
            with self._change(props, adopted(props)) as change:
                survey = change.survey()
                change.notice(survey.brokers)
                refused = change.refusal(survey)
        except ClusterUnknown:
            return ReadResult("", {})
        version = props.get("configVersion")
        seen = outputs(props, survey, remembered(props, ""), version, refused)
        return ReadResult(id_, seen, {name: seen[name] for name in INPUTS if name in seen})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        if _props.get("keepOnDelete"):
            return
        try:
            with self._change(_props, view=_VIEW_AT_DELETION) as change:
                change.take_back(remembered(_props, ""))
        except ClusterUnknown:
            return
        except Unreachable as failure:
            raise Unreachable(
                f"{failure} Nothing was taken back. If the cluster exists no more, "
                "`pulumi state delete` makes this stack forget its change."
            ) from None

    @contextmanager
    def _change(
        self, props: dict[str, Any], adopted: bool = False, view: float = Pace.view
    ) -> Iterator[Change]:
        """`view`: seconds that Kafka's view is waited for at first."""
        settle = props["settleSeconds"]
        pace = Pace(settle_unvouched=settle, settle=min(Pace.settle, settle), view=view)
        unit = "all" if props["restart"] == "all-at-once" else props["unit"]
        batch = int(props.get("batch") or restarts.DEFAULT_BATCH)
        options = RollOptions(unit, props["strict"], pace, batch)
        with (
            session(props, self.configuration) as signed_in,
            watching(props, signed_in.clock) as watch,
        ):
            yield Change(
                signed_in.ambari,
                signed_in.clock,
                signed_in.progress,
                options,
                signed_in.alive,
                watch=watch,
                adopted=adopted,
            )
