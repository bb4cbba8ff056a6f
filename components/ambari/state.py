"""What IpAdvertising's state holds, and how it is compared with what should be. Pure: nobody is asked.

States of earlier versions of this program lack some of it. They show no difference until there is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args
from urllib.parse import urlsplit

from ..settings.values.restarts import (
    DEFAULT_BATCH,
    LEAST_SETTLE_SECONDS,
    MOST_BATCH,
    MOST_SETTLE_SECONDS,
    Restart,
    RestartUnit,
)
from .configuration.earlier_blocks import EARLIER_BLOCKS
from .configuration.kafka_env import BLOCK, OVERRIDING_BLOCK
from .configuration.listeners import HDINSIGHT_LISTENERS, opened, restored
from .configuration.servers import told_to_clients
from .configuration.situation import Situation
from .rolling_restart.kafkas_view import VIEW
from .survey import Survey

OPTIONS = (
    "ambariUrl",
    "clusterName",
    "user",
    "passwordConfigKey",
    "restart",
    "unit",
    "batch",
    "strict",
    "keepOnDelete",
    "settleSeconds",
    "workers",
)
_DEFAULTS: dict[str, Any] = {"batch": DEFAULT_BATCH}
"""Of options that states of earlier versions lack."""
PLAN = "plan"
ORDER = "order"
"""The rounds of the plan in Kafka's words; empty where nothing restarts, or Kafka's view is unknown."""
UNAVAILABLE = "unavailable"
"""Topics whose clients will notice the restarts that are due."""
UNDER_REPLICATED = "underReplicated"
"""Topics with replicas out of sync while restarts are due."""
REFUSED = "refused"
"""Why the last refresh found that the change can't be made; empty: it can, or is made already."""
SEEN_AT_REFRESH = "That is what Ambari said at the last refresh: once it is mended, run with --refresh."
ADOPTED = "a snippet pasted by hand does the same"
"""What earlier versions of this program said of a snippet of any form."""
PASTED = f"{ADOPTED}, as the last lines of kafka-env"
OTHERWISE = "what else is in kafka-env has the last word"
TOO_OLD = "it was written by an earlier version and does not advertise every listener"

_LISTENERS = "listeners"
_WANTED = "listenersWanted"
_BEFORE = "listenersBefore"
_BLOCK = "kafkaEnvBlock"
_PASTED = "pasted"
_ADVERTISED = "advertised"
"""What brokers advertise and should not, by broker and listener."""
_ADVERTISED_WANTED = "advertisedWanted"
"""What they should advertise instead."""
_AT_REST: dict[str, Any] = {"staleBrokers": [], "interrupted": ""}
_FORETOLD: dict[str, Any] = {PLAN: [], REFUSED: "", ORDER: [], UNAVAILABLE: [], UNDER_REPLICATED: []}
_UNSEEN: dict[str, Any] = {_LISTENERS: "", _WANTED: "", _ADVERTISED: {}, _ADVERTISED_WANTED: {}, **_FORETOLD}
INPUTS = (*OPTIONS, *VIEW, _BLOCK, *_AT_REST, *_UNSEEN)
"""Outputs that a refresh puts among the inputs, so that a preview after it shows each drift by its value."""


def desired(olds: Mapping[str, Any]) -> dict[str, Any]:
    """What should be in place of the old inputs. Before anybody has looked, nobody knows the listeners.

    A new resource has every name that a refresh may add: when Pulumi makes one again whose dependency is
    replaced, it hands over no old inputs, but takes one that is missing then for a violation of its plan.
    """
    block = olds.get(_BLOCK)
    olds = olds or _UNSEEN
    known = {
        _LISTENERS: _wanted(olds),
        _WANTED: _wanted(olds),
        _ADVERTISED: olds.get(_ADVERTISED_WANTED, {}),
        _ADVERTISED_WANTED: olds.get(_ADVERTISED_WANTED, {}),
        **_FORETOLD,
    }
    kept = {name: value for name, value in known.items() if name in olds}
    return {**kept, _BLOCK: block if block in EARLIER_BLOCKS else BLOCK, **_AT_REST}


def differs(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Is there anything to do, given the outputs of the last run or refresh and the new inputs?

    Where Kafka's view is looked at makes no difference: credentials are renewed, and clusters are replaced.
    """
    options = {name: _DEFAULTS.get(name) for name in OPTIONS}
    return (
        any(olds.get(name, default) != news.get(name, default) for name, default in options.items())
        or any(olds.get(name) != value for name, value in _AT_REST.items())
        or olds.get(_BLOCK) not in (BLOCK, *EARLIER_BLOCKS)
        or olds.get(_LISTENERS, "") != _wanted(olds)
        or olds.get(_ADVERTISED, {}) != olds.get(_ADVERTISED_WANTED, {})
    )


def is_another(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Do the properties name another cluster? Azure doesn't tell names apart by case."""
    before, now = (str(one.get("clusterName") or "").lower() for one in (olds, news))
    return before != now


def adopted(state: Mapping[str, Any]) -> bool:
    """Did an earlier version find a pasted snippet, of whatever form, to do the block's work?"""
    return state.get(_PASTED) == ADOPTED


def remembered(state: Mapping[str, Any], now: str) -> str:
    """`listeners` as they were before the change, given how they stand `now`, if that is known."""
    before = state.get(_BEFORE) or HDINSIGHT_LISTENERS
    return restored(now, before) if now else before


def outputs(
    props: Mapping[str, Any],
    survey: Survey,
    listeners_before: str,
    version: int | None = None,
    refused: str = "",
) -> dict[str, Any]:
    """The state after a look at the cluster.

    `version` is the one that an earlier run saved: later versions of the settings are not this program's.
    """
    now = survey.situation
    # What is stale may advertise what it was configured with before.
    otherwise = [one for one in survey.otherwise if one.broker not in survey.stale]
    return {
        **{name: props[name] for name in (*OPTIONS, *VIEW) if name in props},
        _LISTENERS: now.listeners,
        _WANTED: now.wanted,
        _BLOCK: _shown_block(now),
        _PASTED: ADOPTED if now.adopted else PASTED if now.pasted else "",
        "staleBrokers": sorted(broker.host for broker in survey.stale),
        _ADVERTISED: {one.where: one.said for one in otherwise},
        _ADVERTISED_WANTED: {one.where: one.wanted for one in otherwise},
        PLAN: [broker.host for broker in survey.to_restart],
        ORDER: survey.outlook.order if survey.outlook else [],
        UNAVAILABLE: survey.outlook.unavailable if survey.outlook else [],
        UNDER_REPLICATED: survey.outlook.under_replicated if survey.outlook else [],
        "interrupted": survey.interrupted,
        REFUSED: refused,
        **told_to_clients(now.parsed, survey.brokers),
        "configVersion": survey.saved or version or survey.version.number,
        _BEFORE: listeners_before,
    }


def mistakes(inputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and rule of each wrong input. Unknown values, which a preview may hold, are no mistakes."""
    yield from login_mistakes(inputs)
    for name, choices in (("restart", get_args(Restart)), ("unit", get_args(RestartUnit))):
        if inputs.get(name) not in choices:
            yield name, f"must be {' or '.join(choices)}, not {inputs.get(name)!r}"
    settle = inputs.get("settleSeconds")
    if isinstance(settle, int | float) and not LEAST_SETTLE_SECONDS <= settle <= MOST_SETTLE_SECONDS:
        bounds = f"{LEAST_SETTLE_SECONDS} and {MOST_SETTLE_SECONDS}"
        yield "settleSeconds", f"must lie between {bounds} seconds, not {settle}"
    batch = inputs.get("batch", DEFAULT_BATCH)
    if isinstance(batch, int | float) and not 1 <= batch <= MOST_BATCH:
        yield "batch", f"must lie between 1 and {MOST_BATCH} brokers, not {batch}"


def login_mistakes(inputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The same, of what signing in to Ambari takes."""
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


def _wanted(olds: Mapping[str, Any]) -> str:
    """Earlier versions did not say what they wanted, which was 0.0.0.0."""
    return str(olds.get(_WANTED, opened(olds.get(_LISTENERS) or "")))


def _shown_block(now: Situation) -> str:
    """A pasted snippet that works is as good as the block: no difference."""
    if now.advertised:
        return now.block if now.block in EARLIER_BLOCKS else BLOCK
    if now.block and now.pasted:
        return f"{now.block}\n# and {PASTED}"
    if now.block in (BLOCK, OVERRIDING_BLOCK):
        return f"{now.block}\n# and {OTHERWISE}"
    return f"{now.block}\n# and {TOO_OLD}" if now.block in EARLIER_BLOCKS else now.block
