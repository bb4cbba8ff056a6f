"""Whatever happens to a call of a run, the next run ends in the desired state and restarts nobody in vain."""

import pytest

from components.ambari.errors import AmbariError
from tests.unit.ambari.bench import bench
from tests.unit.ambari.wireless import TROUBLES, Killed, Trouble


def interesting_calls() -> list[int]:
    """Numbers of all calls of an undisturbed run that write, and of the first of each other kind."""
    with bench(2) as undisturbed:
        run = undisturbed.run()
        run.change.advertise()
    return [
        number
        for number, call in enumerate(run.calls, start=1)
        if not call.startswith("GET ") or run.calls.index(call) == number - 1
    ]


@pytest.fixture(scope="module")
def calls() -> list[int]:
    return interesting_calls()


@pytest.mark.parametrize("trouble", TROUBLES)
def test_after_trouble_with_any_call_the_next_run_ends_well(trouble: Trouble, calls: list[int]):
    failures = []
    for number in calls:
        with bench(2) as cluster:
            first = cluster.run(trouble=trouble, at=number)
            try:
                first.change.advertise()
                ended = "well"
            except Killed:
                ended = "killed"
            except AmbariError as error:
                ended = str(error)
            if ended != "killed" and (
                cluster.ambari().maintenance() != "OFF" or cluster.ambari().artifacts()
            ):
                failures.append(f"{number} {first.calls[number - 1]}: the first run left something behind")
            cluster.run().change.advertise()
            in_vain = {host: count for host, count in cluster.restarts().items() if count != 1}
            problems = cluster.problems()
            if problems or in_vain:
                failures.append(f"{number} {first.calls[number - 1]}: {ended}: {problems} restarts {in_vain}")
    assert failures == []


@pytest.mark.parametrize("trouble", ["killed-before", "killed-after"])
def test_a_killed_delete_is_finished_by_the_next(trouble: Trouble):
    with bench(2) as cluster:
        cluster.run().change.advertise()
        run = cluster.run()
        run.change.take_back("PLAINTEXT://localhost:9092")
        writes = [number for number, call in enumerate(run.calls, start=1) if not call.startswith("GET ")]
    for number in writes:
        with bench(2) as cluster:
            cluster.run().change.advertise()
            with pytest.raises(Killed):
                cluster.run(trouble=trouble, at=number).change.take_back("PLAINTEXT://localhost:9092")
            cluster.run().change.take_back("PLAINTEXT://localhost:9092")
            assert cluster.value("kafka-broker", "listeners") == "PLAINTEXT://localhost:9092"
            assert cluster.ambari().maintenance() == "OFF"
            assert cluster.ambari().artifacts() == {}
            assert cluster.restarts() == {"wn0": 2, "wn1": 2}, run.calls[number - 1]
