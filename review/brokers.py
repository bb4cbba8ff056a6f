"""The dangers of restarting brokers: which restart, in which order, and what that means for topics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .phrases import Phrase, Quoted, listed, value
from .preview import Change, Operation, Preview
from .resource_types import KAFKA
from .topics import Topic, declared

ADVERTISING = "dynamic/kafka:IpAdvertising"
CREATION_MINUTES = "21 to 35"
"""The minutes that HDInsight takes to create a cluster (`docs/azure.md`)."""
RESTART_MINUTES = "1 to 3"
"""The minutes from the restart of a broker until it is in sync again (`docs/operations.md`)."""
SETTLE = 30
"""Seconds for which a restarted broker must run where Kafka's health is known: `Pace.settle` of the program.

`restartSettleSeconds` takes its place if that is less.
"""


def restarts(preview: Preview) -> Iterator[Phrase]:
    """What happens to running brokers; nothing if their cluster is deleted, or created for the first time."""
    fate = {one.operation for one in preview.resources if one.type == KAFKA}
    if fate & {Operation.CREATE, Operation.DELETE}:
        return
    for change in preview.changes:
        if not change.type.endswith(ADVERTISING):
            continue
        if Operation.REPLACE in fate:
            yield _new_cluster(change.after)
        else:
            yield from _advertising_change(change, declared(preview))


def drift(preview: Preview) -> Iterator[Phrase]:
    """The differences that the last refresh found in Ambari, and for which brokers restart."""
    for change in preview.changes:
        if not change.type.endswith(ADVERTISING) or change.operation is not Operation.UPDATE:
            continue
        before, after = change.before, change.after
        drifted = [name for name in _DRIFTS if name in before and before[name] != after.get(name)]
        for name in drifted:
            yield (f"{_DRIFTS[name]}: ", value(before[name]), " → ", value(after.get(name)))
        if not drifted and (stale := before.get("staleBrokers")):
            yield ("Do not run with the configuration in Ambari: ", *_short_names(stale))


_DRIFTS = {
    "listeners": "Kafka's listeners, in Ambari",
    "kafkaEnvBlock": "The program's lines in kafka-env, in Ambari",
    "advertised": "What brokers advertise",
}
"""Inputs of IpAdvertising that a refresh changes, and how they are named to a reader."""


def _short_names(hosts: Iterable[str]) -> Phrase:
    return listed(host.partition(".")[0] for host in hosts)


def _new_cluster(options: Mapping[str, Any]) -> Phrase:
    """What a replacement of the cluster means: the old one is deleted first, as both have the same name."""
    return (
        f"No broker answers until there is a new cluster, for which Azure takes {CREATION_MINUTES} minutes. "
        f"Its brokers then restart, {_pace(options)}: new ones do not advertise their addresses, which may "
        "be others than before.",
    )


def _advertising_change(change: Change, topics: Sequence[Topic]) -> Iterator[Phrase]:
    if change.operation is Operation.DELETE:
        if not change.before.get("keepOnDelete"):
            yield ("Brokers stop advertising addresses: each restarts, and pods in AKS reach none of them.",)
        return
    if change.operation is not Operation.UPDATE:
        yield (f"Brokers that do not advertise their addresses yet restart, {_pace(change.after)}.",)
        return
    if hosts := change.before.get("plan"):
        yield _restart(hosts, change.after, len(change.before.get("order") or ()))
        if change.before.get("order"):
            yield from _by_kafkas_view(change.before)
        else:
            yield from _unavailable(hosts, change.after, topics)
    if change.before.get("interrupted"):
        yield ("What an interrupted run began at the brokers is finished.",)


def _restart(hosts: Sequence[str], options: Mapping[str, Any], rounds: int) -> Phrase:
    """The restart of these brokers. `rounds`: how many are planned by Kafka's view; 0 if that is unknown."""
    names = _short_names(hosts)
    at_once = options.get("restart") == "all-at-once"
    if rounds and not at_once:
        return _restart_by_kafka(names, len(hosts), options, rounds)
    if len(hosts) == 1:
        return ("1 broker restarts: ", *names, f". {_wait(1, options)}")
    order = ", in this order" if not at_once else ""
    start = f"{len(hosts)} brokers restart, {_pace(options)}{order}: "
    batches = len(hosts) if _pace(options) == "one at a time" else 1
    return (start, *names, f". {_wait(batches, options)}")


def _restart_by_kafka(names: Phrase, hosts: int, options: Mapping[str, Any], rounds: int) -> Phrase:
    if hosts == 1:
        return (
            "1 broker restarts: ",
            *names,
            f". Kafka itself is asked before it whether it is safe, and after it whether it is done, which "
            f"takes {RESTART_MINUTES} minutes.",
        )
    each = "each" if rounds == hosts else f"each of {rounds} rounds"
    return (
        f"{hosts} brokers restart, {_pace(options, by_kafka=True)}, in this order: ",
        *names,
        " (controller last). Kafka itself is asked before each restart whether it is safe, and after it "
        f"whether it is done: {RESTART_MINUTES} minutes for {each}.",
    )


def _pace(options: Mapping[str, Any], by_kafka: bool = False) -> str:
    if options.get("restart") == "all-at-once":
        return "all at once"
    if options.get("unit") == "rack":
        return "one rack at a time"
    batch = int(options.get("batch") or 1)
    return f"up to {batch} at a time" if by_kafka and batch > 1 else "one at a time"


def _wait(batches: int, options: Mapping[str, Any]) -> str:
    """The least time that the program waits after each restart, and in all."""
    unvouched = int(options.get("settleSeconds") or 0)
    least = min(SETTLE, unvouched)
    after = "After it" if batches == 1 else "After each"
    longer = f", and {unvouched} s where Kafka's health is unknown" if unvouched > least else ""
    total = f": {batches * least} s or more in all, beside the restarts themselves" if batches > 1 else ""
    return f"{after} the program waits at least {least} s{longer}{total}."


def _by_kafkas_view(before: Mapping[str, Any]) -> Iterator[Phrase]:
    """What the last refresh found in Kafka's own view, which includes topics that others have created."""
    for line in before.get("unavailable") or []:
        yield ("Clients will notice: ", *_topic(line))
    for line in before.get("underReplicated") or []:
        yield ("Under-replicated now: ", *_topic(line))


def _topic(line: str) -> Phrase:
    """A line about a topic, with its name quoted; a line without a name counts further topics."""
    name, separator, rest = line.partition(", ")
    return (Quoted(name), f", {rest}") if separator else (line,)


def _unavailable(
    hosts: Sequence[str], options: Mapping[str, Any], topics: Sequence[Topic]
) -> Iterator[Phrase]:
    """Which declared topics become unavailable. Topics that others have created are not known."""
    if not topics:
        return
    if _pace(options) == "all at once" and len(hosts) > 1:
        yield ("Topics whose replicas are all on these brokers are unavailable until they run again.",)
        return
    single = [topic.name for topic in topics if topic.replicas == 1]
    if single:
        yield (
            "Has no second replica, so that partitions are unavailable while their broker restarts: ",
            *listed(single),
        )
    strict = [topic.name for topic in topics if topic.replicas > 1 and topic.least_in_sync >= topic.replicas]
    if strict:
        yield (
            "Needs all replicas in sync, so that it takes no message with `acks=all` during the restarts: ",
            *listed(strict),
        )
