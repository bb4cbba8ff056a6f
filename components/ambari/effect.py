"""What an update of IpAdvertising will do to the brokers, in one line that a preview shows. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .state import ORDER, PLAN, UNAVAILABLE

_NAMED = 5
"""How many topics the line names before it counts the others."""

EFFECT = "effect"
"""The input that holds the line. Nothing reads it back, so that it never makes a difference by itself."""


def effect(options: Mapping[str, Any], olds: Mapping[str, Any]) -> dict[str, str]:
    """The input, by what the last refresh left among the inputs, `olds`; none where nothing will be done.

    `options` are the new inputs. Without old ones nobody has looked yet.
    """
    if not olds:
        return {EFFECT: f"brokers that do not advertise their address yet restart, {_pace(options)}"}
    parts = []
    if hosts := olds.get(PLAN):
        last = " (controller last)" if len(olds.get(ORDER) or []) > 1 else ""
        parts.append(_restarts(options, hosts) + last)
        parts += _suffering(olds.get(UNAVAILABLE) or [])
    if olds.get("interrupted"):
        parts.append("what an interrupted run began is finished")
    return {EFFECT: "; ".join(parts)} if parts else {}


def _restarts(options: Mapping[str, Any], hosts: Sequence[str]) -> str:
    names = [host.partition(".")[0] for host in hosts]
    if len(names) == 1:
        return f"1 broker restarts: {names[0]}"
    return f"{len(names)} brokers restart, {_pace(options)}: {', '.join(names)}"


def _suffering(lines: Sequence[str]) -> list[str]:
    topics = list(dict.fromkeys(topic for topic, told, _ in (line.partition(", ") for line in lines) if told))
    if not topics:
        return []
    more = f" and {len(topics) - _NAMED} more" if len(topics) > _NAMED else ""
    return [f"clients notice it on {', '.join(topics[:_NAMED])}{more}"]


def _pace(options: Mapping[str, Any]) -> str:
    if options.get("restart") == "all-at-once":
        return "all at once"
    if options.get("unit") == "rack":
        return "one rack at a time"
    batch = options.get("batch")
    return f"up to {batch:.0f} at a time" if isinstance(batch, int | float) and batch > 1 else "one at a time"
