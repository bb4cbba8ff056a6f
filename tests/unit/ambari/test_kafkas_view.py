"""How Kafka's view is read from its pod, and what is made of each failure."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from components.ambari.rolling_restart.kafkas_view import PodWatch, watching
from components.ambari.rolling_restart.seen import Steady
from tests.unit.ambari.clocks import FakeClock
from tests.unit.api_server import Answers, ApiServer, kubeconfig, serving
from tests.unit.replication.test_log_lines import DOCUMENT, beat
from tests.unit.replication.written import snapshot

PODS = "/api/v1/namespaces/app/pods"
DIGEST, PARTS = snapshot(DOCUMENT)


def pod(name: str, made: int = 1, phase: str = "Running", **metadata: str) -> dict[str, object]:
    stamp = f"2026-01-0{made}T00:00:00Z"
    return {"metadata": {"name": name, "creationTimestamp": stamp, **metadata}, "status": {"phase": phase}}


def log(name: str) -> str:
    return f"{PODS}/{name}/log"


def saying(*lines: str) -> str:
    return "\n".join(lines) + "\n"


WHOLE = saying(*PARTS, beat(DIGEST, 5))
ANSWERS: Answers = {
    PODS: [pod("one")],
    log("one"): WHOLE,
    "/apis/apps/v1/namespaces/app/replicasets": [],
    "/api/v1/namespaces/app/events": [],
}


@pytest.fixture
def api() -> Iterator[ApiServer]:
    with serving({**ANSWERS}) as server:
        yield server


@pytest.fixture
def watch(api: ApiServer) -> Iterator[PodWatch]:
    watch = PodWatch(kubeconfig(api.url, token="t"), "app", "kafka-view", FakeClock())
    yield watch
    watch.close()


def paths(api: ApiServer) -> list[str]:
    return [path for path, _, _ in api.asked]


def test_a_look_takes_one_call_once_pod_and_snapshot_are_known(api: ApiServer, watch: PodWatch) -> None:
    first = watch.look()
    assert first.view is not None
    assert first.view.controller == 1001
    assert paths(api) == [PODS, log("one")]
    assert api.asked[0][1]["labelSelector"] == "app.kubernetes.io/component=kafka-view"
    api.answers[log("one")] = saying(beat(DIGEST, 6))
    api.asked.clear()
    second = watch.look()
    assert (second.view, second.round != first.round) == (first.view, True)
    assert [(path, query["sinceSeconds"]) for path, query, _ in api.asked] == [(log("one"), "20")]


def test_a_snapshot_from_before_is_looked_up_further_back(api: ApiServer, watch: PodWatch) -> None:
    def told(query: Mapping[str, str]) -> str:
        return saying(beat(DIGEST, 5)) if query["sinceSeconds"] == "20" else WHOLE

    api.answers[log("one")] = told
    assert watch.look().view is not None
    assert [query.get("sinceSeconds") for _, query, _ in api.asked] == [None, "20", "90"]


def test_the_newest_pod_that_runs_is_read_and_its_successor_after_it(api: ApiServer, watch: PodWatch) -> None:
    ending = pod("ending", 4, deletionTimestamp="2026-01-04T00:00:00Z")
    api.answers[PODS] = [pod("one", 1), pod("two", 2), pod("starting", 3, "Pending"), ending]
    api.answers[log("two")] = WHOLE
    assert watch.look().round == "two 5"
    api.answers[log("two")] = 404
    api.answers[PODS] = [pod("three", 5)]
    api.answers[log("three")] = WHOLE
    assert watch.look().view is None
    assert watch.look().round == "three 5"


def test_rounds_that_go_back_are_unknown_unless_the_container_has_begun_anew(
    api: ApiServer, watch: PodWatch
) -> None:
    assert watch.look().view is not None
    api.answers[log("one")] = saying(*PARTS, beat(DIGEST, 4))
    for _ in range(2):
        seen = watch.look()
        assert (seen.view, seen.round) == (None, "")
        assert seen.unknown == "pod one goes back to a round before the last one read"
    begun_anew = pod("one")
    begun_anew["status"] = {"phase": "Running", "containerStatuses": [{"restartCount": 1}]}
    api.answers[PODS] = [begun_anew]
    assert watch.look().view is not None


UNKNOWN: list[tuple[dict[str, object], str, bool]] = [
    ({log("one"): ""}, "pod one has said nothing for 20 s", True),
    ({log("one"): saying(beat(DIGEST))}, f"pod one has logged no whole snapshot of {DIGEST}", True),
    ({log("one"): 403}, "the Kubernetes API server refuses: refused: ", False),
    ({log("one"): 500}, "the Kubernetes API server refuses: refused: ", True),
    ({PODS: 403}, "the Kubernetes API server refuses: refused: ", False),
    ({PODS: "<html>a proxy's page</html>"}, "the Kubernetes API server answers with no JSON", True),
    ({PODS: []}, "there is no pod with app.kubernetes.io/component=kafka-view", True),
    ({PODS: [pod("one", phase="Pending")]}, "pod one does not run yet", True),
    (
        {log("one"): saying(json.dumps({"view": "", "unknown": "topics may be hidden", "round": 2}))},
        "pod one says: topics may be hidden",
        False,
    ),
    (
        {log("one"): saying(*snapshot({"version": 2})[1], beat(snapshot({"version": 2})[0]))},
        "Kafka's view is malformed",
        False,
    ),
]


@pytest.mark.parametrize(("answers", "why", "passing"), UNKNOWN)
def test_what_can_t_be_read_is_unknown_and_one_sentence_says_why(
    answers: dict[str, object], why: str, passing: bool, api: ApiServer, watch: PodWatch
) -> None:
    api.answers.update(answers)
    seen = watch.look()
    assert seen.view is None
    assert seen.unknown.startswith(why)
    assert seen.passing is passing
    api.answers.update(ANSWERS)
    assert watch.look().view is not None


def test_an_api_server_that_is_away_is_unknown(watch: PodWatch, api: ApiServer) -> None:
    watch = PodWatch(kubeconfig("http://127.0.0.1:9", token="t"), "app", "kafka-view", FakeClock())
    seen = watch.look()
    assert (seen.view, seen.passing) == (None, True)
    assert "does not answer" in seen.unknown


def test_a_token_that_has_ended_is_fetched_anew(api: ApiServer, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("first")
    program = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "sh",
        "args": ["-c", f'printf \'{{"status": {{"token": "%s"}}}}\' "$(cat {token})"'],
    }
    watch = PodWatch(kubeconfig(api.url, exec=program), "app", "kafka-view", FakeClock())
    assert watch.look().view is not None
    token.write_text("second")
    api.answers[log("one")] = 401
    assert watch.look().view is None
    api.answers[log("one")] = WHOLE
    assert watch.look().view is not None
    assert [token for _, _, token in api.asked if token][-1] == "Bearer second"
    watch.close()


def test_a_program_that_prints_no_token_is_not_run_at_every_look(api: ApiServer, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    program = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "sh",
        "args": ["-c", f"echo run >> {runs}; exit 1"],
    }
    clock = FakeClock()
    watch = PodWatch(kubeconfig(api.url, exec=program), "app", "kafka-view", clock)
    seen = [watch.look() for _ in range(3)]
    assert {(one.view, one.passing) for one in seen} == {(None, False)}
    assert "failed" in seen[2].unknown
    assert runs.read_text().count("run") == 1
    clock.sleep(30)
    watch.look()
    assert runs.read_text().count("run") == 2


@pytest.mark.parametrize("lacking", ["kubeconfig", "viewNamespace", "viewName"])
def test_where_no_view_is_named_nothing_is_watched(lacking: str) -> None:
    props = {"kubeconfig": "k", "viewNamespace": "app", "viewName": "kafka-view", lacking: None}
    with watching(props, FakeClock()) as watch:
        assert watch is None


def held(steady: Steady, answers: Callable[[int], bool], rounds: list[int]) -> list[bool]:
    return [steady.holds(f"pod {number}", answers(number)) for number in rounds]


def test_as_many_further_rounds_as_are_wanted_have_to_agree() -> None:
    assert held(Steady(2), lambda _: True, [1, 1, 2, 2, 3]) == [False, False, False, False, True]
    assert held(Steady(2), lambda number: number != 3, [1, 2, 3, 4, 5]) == [False, False, False, False, True]


def test_a_look_that_shows_no_round_begins_the_count_anew() -> None:
    steady = Steady(2)
    assert held(steady, lambda _: True, [1, 2]) == [False, False]
    assert not steady.holds("", True)
    assert held(steady, lambda _: True, [3, 4]) == [False, True]
