"""The whole change, from looking to cleaning up: derived from what Ambari says now, every time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ..running.clock import Clock
from ..running.engine import EngineGone
from ..running.progress import Progress
from .certificates import trouble_with_address
from .client import Ambari
from .errors import (
    AmbariError,
    ConfigurationConflict,
    NotPermitted,
    RollStopped,
    RunUnderWay,
    SignInRefused,
    UnexpectedAnswer,
)
from .gates import UnderReplicatedGate
from .joining import await_brokers
from .listeners import DEFAULT_LISTENERS, HDINSIGHT_LISTENERS, opened, restored
from .model import Broker, CurrentConfiguration, ServiceVersion
from .note import RunNote, Writer, newest
from .refusals import KERBEROS, never_run, refused_by_brokers
from .restart import batches, idle
from .rights import lacking
from .roll import Roll, RollOptions
from .save import Wanted, save
from .situation import (
    BROKER_TYPE,
    Situation,
    advertised,
    refuse_overrides,
    shared_over_tls,
    situation,
    taken_back,
)
from .staleness import out_of_date

_HISTORY = 200
"""How many versions back the value of `listeners` from before the change is looked for."""


@dataclass(frozen=True)
class Survey:
    """The true state of one cluster's Kafka."""

    version: ServiceVersion
    situation: Situation
    brokers: list[Broker]
    stale: list[Broker]
    to_restart: list[Broker]
    """In the order of their restart: those that are stale, or all where something has to be saved first."""
    interrupted: str
    """What a run that did not end left behind, in words; empty: nothing."""
    saved: int | None = None
    """The version that this run's own save made; None: it saved nothing."""


class Change:
    """One run against one cluster. Not shared between threads, used once."""

    def __init__(
        self,
        ambari: Ambari,
        clock: Clock,
        progress: Progress,
        options: RollOptions | None = None,
        alive: Callable[[], None] = lambda: None,
        writer: Writer | None = None,
        trouble_with_address: Callable[[str, int], str] = trouble_with_address,
        adopted: bool = False,
    ):
        """`adopted`: an earlier version of this program found a pasted snippet to do the block's work."""
        self._ambari = ambari
        self._clock = clock
        self._progress = progress
        self._options = options or RollOptions()
        self._alive = alive
        self._writer = writer or Writer.here()
        self._trouble_with_address = trouble_with_address
        self._adopted = adopted

    def survey(self) -> Survey:
        """Only asks. Raises ConfigurationConflict when a config group hides the change from some brokers."""
        current = self._ambari.current()
        refuse_overrides(current.overrides)
        requests, brokers = self._ambari.broker_requests(), self._ambari.brokers()
        if not brokers:
            raise UnexpectedAnswer(
                f"Ambari at {self._ambari.url} knows no Kafka broker in {self._ambari.cluster}."
            )
        stale = out_of_date(self._ambari, brokers, requests, current)
        now = situation(current.version.types, self._adopted)
        return Survey(
            current.version,
            now,
            brokers,
            self._in_order(stale),
            self._in_order(stale if now.desired else [one for one in brokers if one.in_service]),
            _interrupted(self._ambari.artifacts()),
        )

    def _in_order(self, brokers: list[Broker]) -> list[Broker]:
        return [broker for batch in batches(brokers, self._options.unit) for broker in batch]

    def notice(self, brokers: Sequence[Broker]) -> None:
        """Warns of brokers that are not in service, which nobody waits for."""
        maintained = any(broker.joining for broker in brokers) and self._ambari.maintenance() == "ON"
        for warning in idle(brokers, maintained):
            self._progress.warn(warning)

    def refusal(self, survey: Survey) -> str:
        """Why brokers can't be made to advertise addresses; empty: they can, or they do so already.

        What works is never refused: a cluster in which there is nothing to do may be as it likes.
        """
        now = survey.situation
        if now.contradiction and (survey.stale or not now.desired):
            return now.contradiction
        if now.desired:
            return ""
        if now.unreached:
            return never_run(now.unreached)
        if self._ambari.security_type() == "KERBEROS":
            return KERBEROS
        shared = shared_over_tls(survey.version.types)
        if shared is None:
            return ""
        # Only up to the first trouble: where no broker can be reached, each one takes seconds.
        looks = (self._trouble_with_address(broker.ip, shared.port) for broker in survey.brokers)
        trouble = next(filter(None, looks), "")
        return refused_by_brokers(shared, trouble) if trouble else ""

    def await_brokers(self, count: int) -> None:
        """Waits until Ambari knows `count` brokers: a new worker may still be joining. Raises RollStopped."""
        await_brokers(self._ambari, self._clock, self._progress, self._alive, self._options.pace, count)

    def advertise(self) -> Survey:
        """Ends with every broker advertising its address. Writes nothing when that is so already.

        Raises ConfigurationConflict, before anything is written, for a cluster where that can't work.
        """
        return self._run(
            partial(advertised, adopted=self._adopted),
            lambda before: (
                f"Kafka advertises IP addresses: listeners={before.situation.wanted}, block in kafka-env"
            ),
            self.refusal,
        )

    def take_back(self, listeners_before: str) -> Survey:
        """Ends with every broker configured as before the change."""
        return self._run(
            lambda types: taken_back(types, listeners_before),
            lambda before: (
                "Kafka advertises what it did before: "
                f"listeners={restored(before.situation.listeners, listeners_before)}, "
                "block in kafka-env removed"
            ),
        )

    def listeners_before(self, survey: Survey) -> str:
        """The value of `listeners` from before the change, be it that an earlier run has made it already.

        Then it is the last value in Ambari's history that the change would turn into today's.
        """
        now, parsed = survey.situation.listeners, survey.situation.parsed
        internal = parsed.internal if parsed else frozenset()
        if opened(now, internal) != now:
            return now
        now = now or DEFAULT_LISTENERS
        for earlier in range(survey.version.number - 1, max(0, survey.version.number - _HISTORY), -1):
            version = self._ambari.version(earlier)
            value = version.types[BROKER_TYPE].properties.get("listeners") if version else None
            if value and value != now and opened(value, internal) == now:
                return value
        return HDINSIGHT_LISTENERS if now == DEFAULT_LISTENERS else now

    def _run(
        self,
        wanted: Wanted,
        note_for: Callable[[Survey], str],
        refusal: Callable[[Survey], str] = lambda _: "",
    ) -> Survey:
        before = self.survey()
        self.notice(before.brokers)
        if why := refusal(before):
            raise ConfigurationConflict(why)
        if not wanted(before.version.types) and not before.stale and not before.interrupted:
            by = " by a snippet pasted into kafka-env" if before.situation.pasted else ""
            self._progress.say(
                f"Kafka's configuration is in place{by} and every broker runs with it: nothing to do"
            )
            return before
        self._refuse_user(before, saves=bool(wanted(before.version.types)))
        note = note_for(before)
        held = RunNote.take(self._ambari, self._clock, self._progress, self._writer)
        roll = self._roll(held, wanted)
        try:
            self._end_maintenance(held)
            saved = self._save(held, roll, wanted, note)
            if self.survey().stale:
                roll.run()
        except (EngineGone, RunUnderWay):
            # Whoever comes next finds the note; writing beside a successor would do harm.
            raise
        except SignInRefused as refused:
            # Tidying up would sign in again, and accounts lock.
            raise SignInRefused(
                f"{refused}\nWhat this run began is noted in Ambari; the next run finishes it."
            ) from None
        except Exception as failure:
            self._tidy_after(held, failure)
            raise
        self._tidy(held)
        return replace(self.survey(), saved=saved)

    def _refuse_user(self, before: Survey, saves: bool) -> None:
        """Raises NotPermitted for a user that Ambari would stop after the first writes."""
        if (saves or before.stale) and (why := lacking(self._ambari.user, self._ambari.roles(), saves)):
            raise NotPermitted(why)

    def _save(self, held: RunNote, roll: Roll, wanted: Wanted, note: str) -> int | None:
        if not wanted(self._ambari.current().version.types) and not held.note.saves:
            return None
        roll.until_idle()
        version = save(self._ambari, self._clock, held, wanted, note)
        self._progress.say(f"Kafka's configuration is saved as version {version.number}: {note}")
        return version.number

    def _roll(self, held: RunNote, wanted: Wanted) -> Roll:
        def alive() -> None:
            self._alive()
            held.beat()

        def confirm() -> CurrentConfiguration:
            held.confirm()
            current = self._ambari.current()
            if wanted(current.version.types):
                raise RollStopped(
                    f"Somebody changed Kafka's configuration meanwhile (version {current.version.number} in "
                    "Ambari): brokers that restart with it would not do as they should. They stay untouched; "
                    "the next `pulumi up` saves it again."
                )
            return current

        gates = [UnderReplicatedGate(self._ambari)]
        return Roll(
            self._ambari,
            self._clock,
            self._progress,
            gates,
            held.note.run,
            self._options,
            alive,
            confirm,
            self.notice,
        )

    def _end_maintenance(self, held: RunNote) -> None:
        """Puts Kafka's maintenance mode back to what it was before a run of an earlier version changed it."""
        before = held.note.maintenance_before
        if before is None:
            return
        if self._ambari.maintenance() != before:
            held.confirm()
            self._progress.say(f"Maintenance mode of Kafka: {before.lower()} again")
            self._ambari.set_maintenance(before)
        held.remember(maintenance_before=None)

    def _tidy(self, held: RunNote) -> None:
        """Maintenance mode back to what it was, then the note away: so a kill in between loses nothing."""
        self._end_maintenance(held)
        held.release()

    def _tidy_after(self, held: RunNote, failure: Exception) -> None:
        try:
            self._tidy(held)
        except (EngineGone, RunUnderWay):
            raise
        except AmbariError as another:
            raise RollStopped(
                f"{failure}\nWhat is noted in Ambari could not be tidied up, either: {another} "
                "The next run does it."
            ) from failure


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
