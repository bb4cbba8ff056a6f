"""IpAdvertising: the dynamic resource that makes an HDInsight Kafka cluster advertise IP addresses.

The provider's import path and the resource's type token are part of every stack's state: never rename them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any, Literal
from urllib.parse import urlsplit

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from .change import Change, Survey
from .client import Ambari
from .clock import SystemClock
from .connection import Connection
from .engine import end_now, end_with_engine, engine_liveness
from .errors import ClusterUnknown, EngineGone, SignInRefused, Unreachable
from .kafka_env import BLOCK
from .listeners import HDINSIGHT_LISTENERS, LISTENERS, Situation
from .progress import Progress
from .restart import Pace
from .roll import RollOptions

PORT = 9092
PASTED = "a snippet pasted by hand does the same"

_OPTIONS = (
    "ambariUrl",
    "clusterName",
    "user",
    "passwordConfigKey",
    "restart",
    "unit",
    "strict",
    "keepOnDelete",
    "settleSeconds",
    "workers",
)
_DESIRED: dict[str, Any] = {
    "listeners": LISTENERS,
    "kafkaEnvBlock": BLOCK,
    "staleBrokers": [],
    "interrupted": "",
}
"""Stand among the inputs, so that a preview after a refresh shows exactly what drifted, value by value."""


@dataclass(frozen=True)
class IpAdvertisingArgs:
    """What to change and how."""

    ambari_url: pulumi.Input[str]
    """`https://HOST[:PORT]`."""
    cluster_name: pulumi.Input[str]
    user: pulumi.Input[str]
    password_config_key: str
    """Full key of the secret configuration value that holds the password, e.g. `aks-kafka:ambariPassword`."""
    restart: Literal["rolling", "all-at-once"] = "rolling"
    unit: Literal["broker", "rack"] = "broker"
    """What is restarted at a time when rolling; `rack` only where Ambari knows the racks."""
    strict: bool = False
    """Stop when no gate can tell whether Kafka is healthy, instead of waiting `settle_seconds`."""
    keep_on_delete: bool = False
    """Leave Kafka as it is when this resource is deleted."""
    settle_seconds: float = 60
    """How long a restarted broker must have been running before the next, when no gate can tell more."""
    workers: pulumi.Input[int] = 0
    """How many brokers there are at least, waited for: when the cluster grows, so does this. 0: not known."""


class IpAdvertising(pulumi.dynamic.Resource, module="kafka", name="IpAdvertising"):
    """Brokers of an HDInsight Kafka cluster advertise IP addresses, and every one of them runs with that."""

    brokers: pulumi.Output[list[dict[str, str]]]
    """`host`, `ip` and `rack` of each."""
    bootstrap_servers: pulumi.Output[str]
    """`ip:9092,ip:9092,...`"""
    config_version: pulumi.Output[int]
    """The version of Kafka's configuration in Ambari that made it so."""
    stale_brokers: pulumi.Output[list[str]]
    """Hosts whose broker does not run with the current configuration."""
    plan: pulumi.Output[list[str]]
    """The same in the order in which they would be restarted."""

    def __init__(self, name: str, args: IpAdvertisingArgs, opts: pulumi.ResourceOptions | None = None):
        inputs = {field.name: getattr(args, field.name) for field in fields(args)}
        super().__init__(IpAdvertisingProvider(), name, {**inputs, **dict.fromkeys(_OUTPUTS)}, opts)

    def translate_output_property(self, prop: str) -> str:
        return _snake_case(prop)

    def translate_input_property(self, prop: str) -> str:
        return _camel_case(prop)


_OUTPUTS = (
    "brokers",
    "bootstrap_servers",
    "config_version",
    "listeners",
    "kafka_env_block",
    "stale_brokers",
    "plan",
    "interrupted",
    "pasted",
    "listeners_before",
)


class IpAdvertisingProvider(ResourceProvider):
    """Serves up to four calls at a time: nothing of a single call is kept on the instance."""

    serialize_as_secret_always = False
    """Nothing in it is secret, and it is pickled by reference: state holds its import path, no more."""

    _configuration: ConfigureRequest | None = None

    def configure(self, req: ConfigureRequest) -> None:
        self._configuration = req
        end_with_engine()

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        inputs = {name: news[name] for name in _OPTIONS if name in news}
        failures = [CheckFailure(name, reason) for name, reason in _mistakes(inputs)]
        return CheckResult({**inputs, **_DESIRED}, failures)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        replaces = [name for name in ("ambariUrl", "clusterName") if _olds.get(name) != _news.get(name)]
        if "ambariUrl" in replaces and _olds.get("clusterName") == _news.get("clusterName"):
            # The same cluster at another address: nothing in it changes.
            replaces.remove("ambariUrl")
        changed = any(_olds.get(name) != _news.get(name) for name in (*_OPTIONS, *_DESIRED))
        return DiffResult(changes=changed, replaces=replaces, delete_before_replace=False)

    def create(self, props: dict[str, Any]) -> CreateResult:
        with self._change(props) as change:
            change.await_brokers(int(props.get("workers") or 0))
            before = change.survey()
            listeners = before.situation.listeners
            listeners_before = listeners if listeners not in ("", LISTENERS) else change.listeners_before()
            after = change.advertise()
        return CreateResult(f"{props['clusterName']}/KAFKA", _outputs(props, after, listeners_before))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        with self._change(_news) as change:
            change.await_brokers(int(_news.get("workers") or 0))
            after = change.advertise()
        return UpdateResult(_outputs(_news, after, **_kept(_olds)))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        try:
            with self._change(props) as change:
                survey = change.survey()
        except ClusterUnknown:
            return ReadResult("", {})
        outputs = _outputs(props, survey, **_kept(props))
        inputs = {name: outputs[name] for name in (*_OPTIONS, *_DESIRED) if name in outputs}
        return ReadResult(id_, outputs, inputs)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        if _props.get("keepOnDelete"):
            return
        try:
            with self._change(_props) as change:
                change.take_back(_props.get("listenersBefore") or HDINSIGHT_LISTENERS)
        except ClusterUnknown:
            return
        except Unreachable as failure:
            raise Unreachable(
                f"{failure} Nothing was taken back. If the cluster exists no more, "
                "`pulumi state delete` makes this stack forget its change."
            ) from None

    @contextmanager
    def _change(self, props: dict[str, Any]) -> Iterator[Change]:
        clock, alive = SystemClock(), engine_liveness()
        connection = Connection(
            props["ambariUrl"], props["user"], self._password(props["passwordConfigKey"]), alive
        )
        progress = Progress(clock)
        ambari = Ambari(
            connection,
            props["clusterName"],
            clock,
            on_wait=lambda failure: progress.waiting("Ambari", failure),
        )
        pace = Pace(settle_unvouched=props["settleSeconds"], settle=min(Pace.settle, props["settleSeconds"]))
        unit = "all" if props["restart"] == "all-at-once" else props["unit"]
        try:
            yield Change(ambari, clock, progress, RollOptions(unit, props["strict"], pace), alive)
        except EngineGone:
            end_now()
            raise
        finally:
            connection.close()

    def _password(self, key: str) -> str:
        password = self._configuration.config.get(key) if self._configuration else None
        if not password:
            raise SignInRefused(
                f"The configuration has no value {key}: set it with `pulumi config set --secret {key}`."
            )
        return str(password)


def _camel_case(name: str) -> str:
    """`__provider`, which is the engine's, stays."""
    return re.sub(r"(?<=[a-z])_([a-z])", lambda match: match[1].upper(), name)


def _snake_case(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", lambda match: "_" + match[1].lower(), name)


def _kept(state: dict[str, Any]) -> dict[str, Any]:
    """What an earlier run knew and no look at Ambari tells: later versions of the settings are not ours."""
    return {
        "listeners_before": state.get("listenersBefore") or HDINSIGHT_LISTENERS,
        "version": state.get("configVersion"),
    }


def _outputs(
    props: dict[str, Any], survey: Survey, listeners_before: str, version: int | None = None
) -> dict[str, Any]:
    situation = survey.situation
    return {
        **{name: props[name] for name in _OPTIONS if name in props},
        "listeners": situation.listeners,
        "kafkaEnvBlock": _shown_block(situation),
        "pasted": PASTED if situation.pasted else "",
        "staleBrokers": sorted(broker.host for broker in survey.stale),
        "plan": [broker.host for broker in survey.stale],
        "interrupted": survey.interrupted,
        "brokers": [{"host": broker.host, "ip": broker.ip, "rack": broker.rack} for broker in survey.brokers],
        "bootstrapServers": ",".join(f"{broker.ip}:{PORT}" for broker in survey.brokers),
        "configVersion": survey.saved or version or survey.version.number,
        "listenersBefore": listeners_before,
    }


def _shown_block(situation: Situation) -> str:
    """A pasted snippet that works is as good as the block: no difference. Both are one too many."""
    if situation.advertised:
        return BLOCK
    return f"{situation.block}\n# and {PASTED}" if situation.block and situation.pasted else situation.block


def _mistakes(inputs: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Unknown values, which a preview may hold, are no mistakes."""
    url = inputs.get("ambariUrl")
    if isinstance(url, str):
        parts = urlsplit(url)
        if (
            parts.scheme != "https"
            or not parts.hostname
            or parts.username
            or parts.path.strip("/")
            or parts.query
        ):
            shown = parts._replace(netloc=parts.hostname or "").geturl()
            yield "ambariUrl", f"must be https://HOST[:PORT], without user, path or query, not {shown!r}"
    for name in ("clusterName", "user", "passwordConfigKey"):
        if inputs.get(name) in ("", None):
            yield name, "must not be empty"
    if inputs.get("restart") not in ("rolling", "all-at-once"):
        yield "restart", f"must be rolling or all-at-once, not {inputs.get('restart')!r}"
    if inputs.get("unit") not in ("broker", "rack"):
        yield "unit", f"must be broker or rack, not {inputs.get('unit')!r}"
    settle = inputs.get("settleSeconds")
    if isinstance(settle, int | float) and not 0 <= settle <= 3600:
        yield "settleSeconds", f"must lie between 0 and 3600 seconds, not {settle}"
