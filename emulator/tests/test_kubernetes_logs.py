"""Which lines of a container's log the API server hands out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from emulator.kubernetes.node.containerlog import ContainerLog
from emulator.kubernetes.server.objects import Object
from emulator.kubernetes.server.podlog import Line, LogRefused, read_log
from emulator.kubernetes.server.reading import NotModelled

RUNNING = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}
ENDED = {"terminated": {"exitCode": 1}}
NOW = 1_700_000_100.0


def pod(state: Mapping[str, Any] = RUNNING, last: Mapping[str, Any] | None = None) -> Object:
    status = {"name": "view", "state": state, "lastState": last or {}}
    return {
        "metadata": {"name": "view-1", "namespace": "default"},
        "spec": {"nodeName": "node", "containers": [{"name": "view"}]},
        "status": {"containerStatuses": [status]},
    }


class Kubelet:
    """Three lines of the newest run, and one of the run before."""

    def lines_of(self, pod: Object, previous: bool) -> Sequence[Line]:
        assert pod["metadata"]["name"] == "view-1"
        if previous:
            return [Line(NOW - 1000, b"before")]
        return [Line(NOW - 30, b"one"), Line(NOW - 20, b"two"), Line(NOW - 10.5, b"three")]


def read(parameters: Mapping[str, str], of: Object | None = None) -> str:
    return read_log(of or pod(), parameters, Kubelet(), NOW).decode()


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({}, "one\ntwo\nthree\n"),
        ({"container": "view"}, "one\ntwo\nthree\n"),
        ({"sinceSeconds": "20"}, "two\nthree\n"),
        ({"sinceSeconds": "10"}, ""),
        ({"tailLines": "1"}, "three\n"),
        ({"tailLines": "0"}, ""),
        ({"tailLines": "9", "sinceSeconds": "25"}, "two\nthree\n"),
        # The lines are cut before their age is looked at.
        ({"tailLines": "2", "sinceSeconds": "15"}, "three\n"),
        ({"limitBytes": "6"}, "one\ntw"),
        ({"timestamps": "true", "tailLines": "1"}, "2023-11-14T22:14:49.500000000Z three\n"),
        ({"timestamps": "false", "previous": "0", "tailLines": "1"}, "three\n"),
    ],
)
def test_a_log_is_cut_by_lines_then_by_age_then_by_bytes(parameters: dict[str, str], text: str) -> None:
    assert read(parameters) == text


@pytest.mark.parametrize(
    ("parameters", "status", "message"),
    [
        ({"container": "web"}, 400, "container web is not valid for pod view-1"),
        ({"previous": "true"}, 400, 'previous terminated container "view" in pod "view-1" not found'),
        ({"sinceSeconds": "0"}, 422, "sinceSeconds: Invalid value: 0: must be greater than 0"),
        ({"limitBytes": "0"}, 422, "limitBytes: Invalid value: 0: must be greater than 0"),
        ({"tailLines": "-1"}, 422, "tailLines: Invalid value: -1: must be greater than or equal to 0"),
        ({"tailLines": "many"}, 400, 'parsing "many": invalid syntax'),
    ],
)
def test_a_wrong_question_is_refused(parameters: dict[str, str], status: int, message: str) -> None:
    with pytest.raises(LogRefused) as refused:
        read(parameters)
    assert (refused.value.status, message in refused.value.text) == (status, True)


@pytest.mark.parametrize("parameters", [{"follow": "true"}, {"sinceTime": "2026-01-01T00:00:00Z"}])
def test_what_is_not_modelled_is_refused_by_name(parameters: dict[str, str]) -> None:
    with pytest.raises(NotModelled, match=next(iter(parameters))):
        read(parameters)


def test_a_container_that_has_not_started_has_no_log_and_says_why() -> None:
    for reason, told in [
        ("ContainerCreating", "ContainerCreating"),
        ("ErrImagePull", "image can't be pulled"),
        ("ImagePullBackOff", "trying and failing to pull image"),
    ]:
        with pytest.raises(LogRefused) as refused:
            read({}, pod({"waiting": {"reason": reason}}))
        assert refused.value.text == f'container "view" in pod "view-1" is waiting to start: {told}'
        assert refused.value.status == 400


def test_before_its_next_run_a_container_has_the_log_of_its_last_one() -> None:
    waiting = pod({"waiting": {"reason": "CrashLoopBackOff"}}, ENDED)
    assert read({"tailLines": "1"}, waiting) == "three\n"
    assert read({"tailLines": "1", "previous": "true"}, waiting) == "three\n"
    assert read({"previous": "true"}, pod(RUNNING, ENDED)) == "before\n"


def test_a_pod_that_no_node_has_yet_has_an_empty_log() -> None:
    unplaced = pod()
    del unplaced["spec"]["nodeName"]
    assert read({}, unplaced) == ""


def test_lines_are_those_of_a_run_with_the_time_at_which_each_was_found(tmp_path: Path) -> None:
    now = [100.0]
    log = ContainerLog(tmp_path / "pod.log", lambda: now[0])
    assert log.lines(previous=False) == []

    def write(text: str) -> None:
        with log.path.open("a") as file:
            file.write(text)
        log.note()

    with log.run() as begin:
        assert begin == 0
        write("one\ntwo\n")
        now[0] = 105.0
        write("three\nunfinished")
        assert log.lines(previous=False) == [Line(100, b"one"), Line(100, b"two"), Line(105, b"three")]
    assert log.lines(previous=False)[-1] == Line(105, b"unfinished")
    now[0] = 110.0
    with log.run():
        write("\nfour\n")
        assert log.lines(previous=False)[-1] == Line(110, b"four")
        assert [line.text for line in log.lines(previous=True)] == [b"one", b"two", b"three", b"unfinished"]
