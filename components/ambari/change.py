"""The whole change, from looking to cleaning up: derived from what Ambari says now, every time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ..running.clock import Clock
from ..running.engine import EngineGone
from ..running.progress import Progress
from .api.client import Ambari
from .api.errors import (
    AmbariError,
    ConfigurationConflict,
    NotPermitted,
    RollStopped,
    RunUnderWay,
    SignInRefused,
)
from .api.model import Broker, CurrentConfiguration
from .api.rights import lacking
from .configuration.certificates import trouble_with_address
from .configuration.listeners import DEFAULT_LISTENERS, HDINSIGHT_LISTENERS, opened, restored
from .configuration.note import RunNote, Writer
from .configuration.refusals import KERBEROS, never_run, refused_by_brokers
from .configuration.save import Wanted, save
from .configuration.situation import BROKER_TYPE, advertised, advertises, shared_over_tls, taken_back
from .rolling_restart.by_kafka import Expected, expected
from .rolling_restart.gates import UnderReplicatedGate
from .rolling_restart.joining import await_brokers
from .rolling_restart.restart import idle
from .rolling_restart.roll import Roll, RollOptions
from .rolling_restart.seen import Watch
from .rolling_restart.witness import Witness
from .survey import Survey, survey

_HISTORY = 200
"""How many versions back the value of `listeners` from before the change is looked for."""


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
        watch: Watch | None = None,
        adopted: bool = False,
    ):
        """`watch`: where Kafka's own view is looked at; None: nowhere, the change goes by Ambari alone.

        `adopted`: an earlier version of this program found a pasted snippet to do the block's work.
        """
        self._ambari = ambari
        self._clock = clock
        self._progress = progress
        self._options = options or RollOptions()
        self._alive = alive
        self._writer = writer or Writer.here()
        self._trouble_with_address = trouble_with_address
        self._watch = watch
        self._adopted = adopted

    def survey(self) -> Survey:
        """Only asks. Raises ConfigurationConflict when a config group hides the change from some brokers."""
        return survey(self._ambari, self._options, self._watch, self._adopted)

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

        def aim(seen: Survey) -> _Aim:
            return _Aim(
                partial(advertised, adopted=self._adopted, advertising=seen.advertising),
                f"Kafka advertises IP addresses: listeners={seen.situation.wanted}, block in kafka-env",
                expected(seen.situation.parsed),
            )

        return self._run(aim, self.refusal)

    def take_back(self, listeners_before: str) -> Survey:
        """Ends with every broker configured as before the change."""

        def aim(seen: Survey) -> _Aim:
            listeners = restored(seen.situation.listeners, listeners_before)
            return _Aim(
                lambda types: taken_back(types, listeners_before),
                f"Kafka advertises what it did before: listeners={listeners}, block in kafka-env removed",
            )

        return self._run(aim)

    def listeners_before(self, survey: Survey) -> str:
        """The value of `listeners` from before the change, be it that an earlier run has made it already.

        Then it is the last value in Ambari's history that the change would turn into today's; not from
        further back than the change itself, since somebody else opened them then.
        """
        now, parsed = survey.situation.listeners, survey.situation.parsed
        internal = parsed.internal if parsed else frozenset()
        if opened(now, internal) != now or not advertises(survey.version.types):
            return now
        now = now or DEFAULT_LISTENERS
        for earlier in range(survey.version.number - 1, max(0, survey.version.number - _HISTORY), -1):
            version = self._ambari.version(earlier)
            if version is None or BROKER_TYPE not in version.types:
                continue
            value = version.types[BROKER_TYPE].properties.get("listeners")
            if value and value != now and opened(value, internal) == now:
                return value
            if not advertises(version.types):
                return now
        return HDINSIGHT_LISTENERS if now == DEFAULT_LISTENERS else now

    def _run(
        self, aim_of: Callable[[Survey], _Aim], refusal: Callable[[Survey], str] = lambda _: ""
    ) -> Survey:
        before = self.survey()
        self.notice(before.brokers)
        if why := refusal(before):
            raise ConfigurationConflict(why)
        aim = aim_of(before)
        saves = bool(aim.wanted(before.version.types))
        restarts = bool(before.stale or aim.missed_by(before))
        if not saves and not restarts and not before.interrupted:
            by = " by a snippet pasted into kafka-env" if before.situation.pasted else ""
            self._progress.say(
                f"Kafka's configuration is in place{by} and every broker runs with it: nothing to do"
            )
            return before
        self._refuse_user(saves, restarts)
        held = RunNote.take(self._ambari, self._clock, self._progress, self._writer)
        options = self._options
        witness = Witness(self._watch, aim.expected, self._clock, options.pace, options.batch)
        try:
            self._end_maintenance(held)
            if saves or restarts:
                # What Kafka says may be more than what the text of kafka-env has told.
                aim = aim_of(self._foretold(before, self._roll(held, aim, witness)))
            roll = self._roll(held, aim, witness)
            saved = self._save(held, roll, aim)
            now = self.survey()
            if now.stale or aim.missed_by(now):
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

    def _foretold(self, before: Survey, roll: Roll) -> Survey:
        """Waits for Kafka's view, and says what the restarts will mean for topics."""
        if self._watch is None:
            self._progress.say(
                "Kafka itself is not asked, having no AKS to ask in: brokers restart by what Ambari knows"
            )
        if roll.until_kafka_is_seen() is None:
            return before
        seen = self.survey()
        if seen.outlook is not None:
            for said, lines in (
                ("Clients will notice", seen.outlook.unavailable),
                ("Under-replicated now", seen.outlook.under_replicated),
                ("Brokers restart in this order", seen.outlook.order),
            ):
                for line in lines:
                    self._progress.say(f"{said}: {line}")
        return seen

    def _refuse_user(self, saves: bool, restarts: bool) -> None:
        """Raises NotPermitted for a user that Ambari would stop after the first writes."""
        if (saves or restarts) and (why := lacking(self._ambari.user, self._ambari.roles(), saves)):
            raise NotPermitted(why)

    def _save(self, held: RunNote, roll: Roll, aim: _Aim) -> int | None:
        if not aim.wanted(self._ambari.current().version.types) and not held.note.saves:
            return None
        roll.until_idle()
        version = save(self._ambari, self._clock, held, aim.wanted, aim.note)
        self._progress.say(f"Kafka's configuration is saved as version {version.number}: {aim.note}")
        return version.number

    def _roll(self, held: RunNote, aim: _Aim, witness: Witness) -> Roll:
        def alive() -> None:
            self._alive()
            held.beat()

        def confirm() -> CurrentConfiguration:
            held.confirm()
            current = self._ambari.current()
            if aim.wanted(current.version.types):
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
            witness,
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


@dataclass(frozen=True)
class _Aim:
    """What a run is to end with."""

    wanted: Wanted
    note: str
    """What Ambari shows beside what is saved."""
    expected: Expected = lambda _: {}
    """What each broker has to advertise afterwards."""

    def missed_by(self, seen: Survey) -> bool:
        """Does a broker advertise otherwise, whatever it is configured with?"""
        return any(self.expected(one.broker) for one in seen.otherwise)
