"""Which brokers do not run with what is configured now, given Ambari's flag for that, stale_configs.

The flag is set on every broker when one is added or removed (restartRequiredAfterChange in KAFKA's
metainfo.xml, seen on 2.7.3 and 2.7.8), although no file of theirs changes, and only a start clears it.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Protocol

from ..api.model import Broker, CurrentConfiguration, GroupOverride, Request
from .restart import last_start, stale_brokers, started_after

_ZOOKEEPER = "ZOOKEEPER"
"""The other service whose configuration (zookeeper-env, zoo.cfg) brokers' files are rendered from."""
_PLACEMENT = ", placement "


class Configurations(Protocol):
    """Where to ask for configurations: `client.Ambari` is one."""

    def current(self) -> CurrentConfiguration: ...

    def newest_save(self, service: str) -> float: ...


def out_of_date(
    ambari: Configurations,
    brokers: Sequence[Broker],
    requests: Sequence[Request],
    current: CurrentConfiguration,
) -> list[Broker]:
    """Brokers that have to be restarted. Asks Ambari more only where that may spare one a restart.

    A broker whose start began after the newest change runs with all of it, whatever the flag says. Its files
    are rendered from the configurations of Kafka, of its config groups and of ZooKeeper, which tell when they
    were saved, and from its rack, which does not, nor does a group that is gone: see `placement`.
    """
    saved = current.version.created
    if any(broker.stale and started_after(broker.host, requests, saved) for broker in brokers):
        # Asked after the brokers: the flag of a later save was not among those seen.
        current = ambari.current()
        saved = current.version.created
        changed = max(current.changed, ambari.newest_save(_ZOOKEEPER))
        brokers = believed(brokers, requests, changed, moved(brokers, requests, current.overrides))
    return stale_brokers(brokers, requests, saved)


def believed(
    brokers: Sequence[Broker], requests: Sequence[Request], changed: float, moved: Collection[str]
) -> list[Broker]:
    """The brokers, without the flag where it says nothing: if started after `changed` and not `moved`."""
    return [
        replace(broker, stale=False)
        if broker.host not in moved and started_after(broker.host, requests, changed)
        else broker
        for broker in brokers
    ]


def placement(batch: Sequence[Broker], brokers: Sequence[Broker], overrides: Sequence[GroupOverride]) -> str:
    """A mark for the context of a request that restarts `batch`: the racks and config groups of now.

    Ambari tells of neither when it changed; so a later look compares. It holds the places of the batch, then
    the racks of all brokers, since Ambari calls all of them stale when one is moved to another. It holds no
    names: hosts may leave.
    """
    return f"{_PLACEMENT}{_digest(batch, overrides)}-{_digest(brokers)}"


def moved(
    brokers: Sequence[Broker], requests: Sequence[Request], overrides: Sequence[GroupOverride]
) -> set[str]:
    """Hosts with a broker that this program restarted last, and since then a rack or config group changed.

    Restarts by others have no mark, and nothing is known of them.
    """
    marked: dict[str, tuple[Request, str]] = {}
    for broker in brokers:
        start = last_start(broker.host, requests)
        if start and _PLACEMENT in start.request.context:
            marked[broker.host] = start.request, start.request.context.rpartition(_PLACEMENT)[2]
    # A new worker may be in a new rack: that moves nobody else.
    racks = {_digest(brokers), _digest([broker for broker in brokers if broker.host in marked])}
    return {
        host
        for host, (request, mark) in marked.items()
        if mark.partition("-")[0] != _digest(_restarted_by(request, brokers), overrides)
        or mark.partition("-")[2] not in racks
    }


def _restarted_by(request: Request, brokers: Sequence[Broker]) -> list[Broker]:
    hosts = {task.host for task in request.tasks}
    return [broker for broker in brokers if broker.host in hosts]


def _digest(brokers: Sequence[Broker], overrides: Sequence[GroupOverride] = ()) -> str:
    """Eight hexadecimal digits for the places at which these brokers are."""
    places = {
        (broker.rack, *sorted(item.group for item in overrides if broker.host in item.hosts))
        for broker in brokers
    }
    return f"{zlib.crc32(repr(sorted(places)).encode()):08x}"
