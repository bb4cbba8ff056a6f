"""GET requests against a fresh cluster, as recorded from a real Ambari."""

import json
from collections.abc import Iterator

import pytest

from emulator.tests.ambari_replay import Recordings, Replay, replaying


@pytest.fixture(scope="module")
def replay() -> Iterator[Replay]:
    with replaying("reading") as replay:
        yield replay


@pytest.fixture(scope="module")
def without_metrics() -> Iterator[Replay]:
    with replaying("without_metrics") as replay:
        yield replay


@pytest.mark.parametrize("name", Recordings("reading").names())
def test_answers_as_recorded(replay: Replay, name: str) -> None:
    replay.play(name)


@pytest.mark.parametrize("name", Recordings("without_metrics").names())
def test_without_a_metrics_service_there_are_no_metrics(without_metrics: Replay, name: str) -> None:
    without_metrics.play(name)


@pytest.mark.parametrize(
    "path",
    [
        "/clusters/mykafka/widgets",
        "/stacks/HDP",
        "/clusters/mykafka?format=csv",
        "/clusters/mykafka/requests?page_size=5&to=3",
    ],
)
def test_what_is_not_modelled_is_refused_by_name(replay: Replay, path: str) -> None:
    response = replay.get(path)
    assert response.status == 501
    assert json.loads(response.body)["message"].startswith("not modelled by the emulator: ")
