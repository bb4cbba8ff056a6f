"""How much is asked of Ambari each time that a roll waits, for a cluster of any size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import mode

from components.ambari.rolling_restart.restart import Pace
from tests.simulated.ambari.bench import QUICK
from tests.simulated.ambari.calls import PROGRESS, RESTART
from tests.simulated.ambari.kafka import LOG, kafka_bench
from tests.simulated.ambari.wireless import Killed
from tests.unit.ambari.clocks import FakeClock

_OF_KUBERNETES = "GET log"


@dataclass(frozen=True)
class CallsPerPoll:
    """A run's sign of life, one write and one question every 15 seconds, comes on top."""

    restarting: int
    """While a broker is being restarted."""
    watching: int
    """While it is watched afterwards."""
    of_kubernetes: int = 0
    """The same, asked of AKS's API server."""


class _Polls(FakeClock):
    """A clock that notes what was called between two waits."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.polls: list[list[str]] = []

    def sleep(self, seconds: float) -> None:
        self.polls.append(self.calls)
        self.calls = []
        super().sleep(seconds)


def calls_per_poll(brokers: int, by_kafka: bool = False) -> CallsPerPoll:
    """Of a roll, as far as the restart of its second broker. `by_kafka`: it looks at Kafka's own view."""
    with kafka_bench(brokers) as place:
        cluster, polls = place.cluster, _Polls()
        cluster.clock = polls
        if not by_kafka:
            cluster.watch = lambda: None
        agent = cluster.simulation.agents["wn0"]
        agent.hold()

        def between(call: str) -> None:
            polls.calls.append(call)
            if sum(PROGRESS in calls for calls in polls.polls) == 5:
                agent.release()
            if call == RESTART and agent.rendered:
                raise Killed

        def log(query: Mapping[str, str]) -> str:
            polls.calls.append(_OF_KUBERNETES)
            return place.kafka.log(query)

        place.api.answers[LOG] = log
        pace = Pace(poll=2, settle_unvouched=10, stable=20)
        run = cluster.run(replace(QUICK, pace=pace), between=between)
        try:
            run.change.advertise()
        except Killed:
            waits = _from_ambari_to_ambari(polls.polls)
        else:
            raise AssertionError("the second broker was not restarted")
    watching = [calls for calls in waits if PROGRESS not in calls and len(calls) > 1]
    return CallsPerPoll(
        mode(len(calls) for calls in waits if PROGRESS in calls),
        mode(len(calls) - calls.count(_OF_KUBERNETES) for calls in watching),
        mode(calls.count(_OF_KUBERNETES) for calls in watching),
    )


def _from_ambari_to_ambari(waits: Sequence[Sequence[str]]) -> list[list[str]]:
    """The same, where waits between which Kafka alone is looked at count as one."""
    polls: list[list[str]] = []
    for calls in waits:
        if polls and {*calls} == {_OF_KUBERNETES}:
            polls[-1] += calls
        else:
            polls.append([*calls])
    return polls
