"""Runs whose view of Kafka does not come, or is lost midway."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from components.ambari.api.errors import RollStopped
from components.ambari.rolling_restart.restart import Pace
from components.ambari.rolling_restart.roll import RollOptions
from tests.simulated.ambari.bench import QUICK
from tests.simulated.ambari.calls import RESTART, both, once, without_notes
from tests.simulated.ambari.kafka import EVENTS, LOG, POD, PODS, REPLICA_SETS, Place, kafka_bench
from tests.unit.ambari.clocks import FakeClock

SHORT = RollOptions(pace=Pace(poll=1, others=60, health=60, settle=1e6, settle_unvouched=1e6, view=600))
REPLICATED = {"orders": [[0, 1], [1, 2], [2, 0]]}


def says_nothing(place: Place) -> None:
    place.api.answers[LOG] = ""


def knows_nothing(place: Place) -> None:
    place.kafka.unknown = "topics may be hidden"


def is_gone(place: Place) -> None:
    place.api.answers.update({LOG: 404, PODS: []})


def is_refused(place: Place) -> None:
    place.api.answers.update({LOG: 403, PODS: 403})


def is_answered_wrongly(place: Place) -> None:
    place.api.answers[LOG] = '{"view": "0123456789abcdef", "round": 1}\n{"view": 7}\n[1]\n{"snapshot'


LOSSES = [says_nothing, knows_nothing, is_gone, is_refused, is_answered_wrongly]


@pytest.mark.parametrize("how", LOSSES)
def test_a_roll_that_has_had_the_view_waits_for_it_and_then_stops(how: Callable[[Place], None]):
    with kafka_bench(topics=REPLICATED) as place:
        place.cluster.clock = FakeClock()
        lost = once(RESTART, lambda: how(place))
        between = both(lost, place.cluster.let_restarts_end)
        with pytest.raises(RollStopped, match=r"gave up after .*Kafka's view is unknown"):
            place.cluster.run(SHORT, between=between).change.advertise()
        assert sum(place.cluster.restarts().values()) == 1
        assert place.cluster.ambari().artifacts() == {}


def test_a_view_that_comes_back_lets_the_roll_go_on():
    with kafka_bench(topics=REPLICATED) as place:
        lost = once(RESTART, lambda: is_refused(place))

        class Returning(FakeClock):
            def sleep(self, seconds: float) -> None:
                if "Kafka's view is unknown" in run.output.getvalue():
                    place.api.answers.update({LOG: place.kafka.log, PODS: [POD]})
                super().sleep(seconds)

        clock = place.cluster.clock = Returning()
        run = place.cluster.run(SHORT, between=both(lost, place.cluster.let_restarts_end))
        run.change.advertise()
        assert place.cluster.problems() == []
        assert clock.passed < 60


PULLING = {
    **POD,
    "status": {
        "phase": "Pending",
        "containerStatuses": [
            {"state": {"waiting": {"reason": "ErrImagePull", "message": "401 Unauthorized: denied"}}}
        ],
    },
}
QUOTA = {
    "reason": "FailedCreate",
    "message": "exceeded quota: pods=10",
    "involvedObject": {"uid": "the-set"},
}


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({PODS: [PULLING]}, "the registry refuses to hand out the image: 401"),
        ({PODS: [], REPLICA_SETS: [{"metadata": {"uid": "the-set"}}], EVENTS: [QUOTA]}, "exceeded quota"),
        ({PODS: []}, "there is no pod with app.kubernetes.io/component=kafka-view"),
    ],
)
def test_the_view_is_waited_for_longer_than_a_role_takes_and_then_the_roll_goes_as_without_it(
    answers: dict[str, object], reason: str
):
    with kafka_bench() as place:
        place.api.answers.update(answers)
        clock = place.cluster.clock = FakeClock()
        run = place.cluster.run(QUICK, between=place.cluster.let_restarts_end)
        run.change.advertise()
        said = run.output.getvalue()
        assert re.search(f"Kafka's view: waiting: .*{reason}", said)
        assert re.search(f"view is unknown after 900 s: .*{reason}.*by what Ambari knows", said)
        assert 900 <= clock.passed < 1000
        assert place.cluster.problems() == []


def test_what_hardly_passes_by_itself_is_waited_for_less():
    with kafka_bench() as place:
        place.kafka.unknown = "broker 1001 has an authorizer, so topics may be hidden"
        clock = place.cluster.clock = FakeClock()
        run = place.cluster.run(QUICK, between=place.cluster.let_restarts_end)
        run.change.advertise()
        assert "unknown after 60 s: pod kafka-view-1 says: broker 1001" in run.output.getvalue()
        assert clock.passed < 100


def test_with_strict_a_view_that_does_not_come_stops_the_run_before_it_saves():
    with kafka_bench() as place:
        place.api.answers[PODS] = []
        place.cluster.clock = FakeClock()
        run = place.cluster.run(replace(QUICK, strict=True))
        with pytest.raises(RollStopped, match=r"Kafka's view is unknown after 900 s.*strict is set"):
            run.change.advertise()
        assert without_notes(run.writes) == []


def test_where_there_is_no_view_one_line_says_so():
    with kafka_bench() as place:
        place.cluster.watch = lambda: None
        run = place.cluster.run()
        run.change.advertise()
        assert run.output.getvalue().count("Kafka itself is not asked") == 1
        assert place.api.asked == []
