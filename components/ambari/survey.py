"""The true state of one cluster's Kafka, by Ambari and, where it can be looked at, by Kafka's own view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..replication.outlook import Outlook, outlook
from ..replication.view import KafkaView
from .api.client import Ambari
from .api.errors import ConfigurationConflict, UnexpectedAnswer
from .api.model import Broker, ServiceVersion
from .configuration.note import newest
from .configuration.situation import Situation, refuse_overrides, situation
from .rolling_restart.by_kafka import Otherwise, advertising_otherwise, expected, numbered, planned, proven
from .rolling_restart.restart import Unit, batches, known_unit
from .rolling_restart.roll import RollOptions
from .rolling_restart.seen import Watch
from .rolling_restart.staleness import out_of_date


@dataclass(frozen=True)
class Survey:
    """What one look at everything has shown."""

    version: ServiceVersion
    situation: Situation
    brokers: list[Broker]
    stale: list[Broker]
    to_restart: list[Broker]
    """In the order of their restart: those that are stale, or all where something has to be saved first; and
    those that advertise what they should not."""
    interrupted: str
    """What a run that did not end left behind, in words; empty: nothing."""
    advertising: bool | None = None
    """Do brokers that run with this configuration advertise what they should? None: nobody can tell."""
    otherwise: Sequence[Otherwise] = ()
    """What brokers advertise and should not, by Kafka's view; empty where that is unknown."""
    outlook: Outlook | None = None
    """What a restart that is due means for topics; None: none is due, or Kafka's view is unknown."""
    saved: int | None = None
    """The version that this run's own save made; None: it saved nothing."""


def survey(ambari: Ambari, options: RollOptions, watch: Watch | None = None, adopted: bool = False) -> Survey:
    """Only asks. For `adopted` see `situation`.

    Raises ConfigurationConflict when a config group hides the change from some brokers."""
    current = ambari.current()
    refuse_overrides(current.overrides)
    requests, brokers = ambari.broker_requests(), ambari.brokers()
    if not brokers:
        raise UnexpectedAnswer(f"Ambari at {ambari.url} knows no Kafka broker in {ambari.cluster}.")
    stale = out_of_date(ambari, brokers, requests, current)
    view = watch.look().view if watch else None
    running = [broker for broker in brokers if broker.started and broker.in_service]
    now = situation(current.version.types, adopted)
    should = expected(now.parsed)
    otherwise = [*advertising_otherwise(view, running, should)] if view else []
    configured = [broker for broker in running if broker not in stale]
    advertising = proven(view, configured, should) if view else None
    if advertising is not None:
        now = situation(current.version.types, adopted, advertising)
    due = {one.host for one in (stale if now.desired else brokers)} | {one.broker.host for one in otherwise}
    to_restart = [broker for broker in brokers if broker.in_service and broker.host in due]
    unit = known_unit(options.unit, brokers)
    plan = _plan(view, to_restart, unit, options.batch)
    return Survey(
        current.version,
        now,
        brokers,
        [broker for batch in batches(stale, unit) for broker in batch],
        [broker for one in plan for broker in one],
        _interrupted(ambari.artifacts()),
        advertising,
        otherwise,
        outlook(view, numbered(view, plan)) if view and plan else None,
    )


def _plan(view: KafkaView | None, brokers: list[Broker], unit: Unit, batch: int) -> list[list[Broker]]:
    if view is None:
        return batches(brokers, unit)
    return planned(view, brokers, unit, batch, canary=True)


def _interrupted(artifacts: dict[str, str]) -> str:
    try:
        _, note = newest(artifacts)
    except ConfigurationConflict as unreadable:
        return str(unreadable)
    if note is None:
        return ""
    back = (
        f"; maintenance mode is to be put back to {note.maintenance_before}"
        if note.maintenance_before
        else ""
    )
    return f"the run of {note.since} on {note.writer.host} has not ended{back}"
