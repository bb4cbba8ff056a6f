"""Replays what was recorded from a real Ambari 2.7.3 against the emulator's, and compares the answers."""

import base64
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from emulator.ambari.server.wire import Response, WireRequest, handle_request
from emulator.ambari.simulation import Simulation, simulated_server

RECORDINGS = Path(__file__).with_name("recordings") / "ambari"
HOSTS = {short: f"{short}-kafka.example.internal" for short in ("hn0", "wn0", "wn1", "wn2", "zk0")}
ADDRESSES = {
    "hn0": "10.0.0.16",
    "wn0": "10.0.0.11",
    "wn1": "10.0.0.12",
    "wn2": "10.0.0.13",
    "zk0": "10.0.0.10",
}
CONFIGS = json.loads((RECORDINGS / "configurations_at_creation.json").read_text())

_ADMINISTRATOR = "Basic YWRtaW46YWRtaW4="
_TIMES = {"start_time", "end_time", "create_time", "createtime", "created", "last_heartbeat_time"}
_LOGS = {"stdout", "stderr", "error_log", "output_log"}

Document = dict[str, Any]


class Recordings:
    """The recordings of one file, by name."""

    def __init__(self, group: str) -> None:
        lines = (RECORDINGS / f"{group}.jsonl").read_text().rstrip("\n").split("\n")
        self._recordings: dict[str, Document] = {item["name"]: item for item in map(json.loads, lines)}

    def names(self, prefix: str = "") -> list[str]:
        """The names that begin with `prefix`, in the order in which they were recorded."""
        return [name for name in self._recordings if name.startswith(prefix)]

    def __getitem__(self, name: str) -> Document:
        return self._recordings[name]


class Replay:
    """Sends recorded requests to a simulated cluster."""

    def __init__(self, simulation: Simulation, group: str) -> None:
        self.simulation = simulation
        self.recordings = Recordings(group)

    def send(self, name: str, **headers: str) -> Response:
        """Sends a recorded request, with these headers replaced, and compares nothing."""
        return handle_request(self.simulation.cluster, _request(self.recordings[name], headers))

    def play(self, *names: str, ignoring: Iterable[str] = (), **headers: str) -> None:
        """Sends recorded requests, one after another; each answer must be the recorded one.

        ignoring: keys whose values may differ (their types may not); "ids" stands for ids of requests.
        """
        for name in names:
            response = self.send(name, **headers)
            differences = differences_between(
                self.recordings[name]["response"], response, frozenset(ignoring)
            )
            assert not differences, "\n".join([f"{name}:", *differences])

    def play_all(self, prefix: str = "", *, but: Iterable[str] = (), ignoring: Iterable[str] = ()) -> None:
        """Sends all requests whose names begin with `prefix`."""
        self.play(*(name for name in self.recordings.names(prefix) if name not in but), ignoring=ignoring)

    def put(self, path: str, document: Any) -> Response:
        """Sends a PUT of one's own."""
        return self._own("PUT", path, document)

    def post(self, path: str, document: Any, user: str = "") -> Response:
        """Sends a POST of one's own, as another user than the administrator (with the password "pw")."""
        return self._own("POST", path, document, user)

    def delete(self, path: str) -> Response:
        """Sends a DELETE of one's own."""
        return self._own("DELETE", path, None)

    def get(self, path: str, user: str = "") -> Response:
        """Sends a GET of one's own, as another user than the administrator (with the password "pw")."""
        return self._own("GET", path, None, user)

    def put_configuration(self, config_type: str, tag: str, properties: Mapping[str, str]) -> None:
        """Makes a configuration desired."""
        desired = {"type": config_type, "tag": tag, "properties": properties}
        response = self.put("/clusters/mykafka", {"Clusters": {"desired_config": desired}})
        assert response.status == 200, response

    def _own(self, method: str, path: str, document: Any, user: str = "") -> Response:
        body = b"" if document is None else json.dumps(document).encode()
        authorization = (
            f"Basic {base64.b64encode(f'{user}:pw'.encode()).decode()}" if user else _ADMINISTRATOR
        )
        headers = {"authorization": authorization, "x-requested-by": "test", "host": "127.0.0.1:18080"}
        return handle_request(self.simulation.cluster, WireRequest(method, f"/api/v1{path}", headers, body))

    def spend_request_ids(self, count: int) -> None:
        """So that the next request has the number that it had in the recording."""
        with self.simulation.cluster.lock:
            for _ in range(count):
                self.simulation.cluster.execution.next_request_id()

    def settle(self) -> None:
        """Waits until no request runs any more."""
        wait_for(lambda: all(request.finished for request in self.simulation.cluster.execution.requests()))


@contextmanager
def replaying(group: str, folder: Path | None = None, **options: Any) -> Iterator[Replay]:
    """A cluster as it was when the recording began: fresh, three brokers, nothing stale."""
    with simulated_server(host_names=HOSTS, configs=CONFIGS, folder=folder, **options) as simulation:
        for short, address in ADDRESSES.items():
            simulation.cluster.topology.host(HOSTS[short]).ip = address
        yield Replay(simulation, group)


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Waits for something that other threads bring about. Fails the test when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.002)


def differences_between(expected: Document, response: Response, ignoring: frozenset[str]) -> list[str]:
    """Where an answer is not the recorded one."""
    headers = dict(response.headers)
    found = _differences(expected["status"], response.status, "status", ignoring)
    found += _differences(expected["reason"], response.reason, "reason", ignoring)
    for name, value in expected["headers"].items():
        found += _differences(value, headers.get(name), f"header {name}", ignoring)
    names = set(headers) - set(expected["headers"])
    found += _differences(sorted(expected["names"]), sorted(names), "header names", ignoring)
    body = response.body.decode(headers.get("Content-Type", "charset=utf-8").partition("charset=")[2])
    return found + _differences(expected["body"], json.loads(body) if body else None, "", ignoring)


def _request(recording: Document, headers: Mapping[str, str]) -> WireRequest:
    recorded = recording["request"]
    sent = {name.lower(): value for name, value in recorded["headers"].items()}
    sent = {"host": "127.0.0.1:18080", **sent, **headers}
    return WireRequest(recorded["method"], recorded["path"], sent, (recorded["body"] or "").encode())


def _differences(expected: Any, actual: Any, path: str, ignoring: frozenset[str]) -> list[str]:
    if type(expected) is not type(actual):
        return [f"{path}: recorded {expected!r}, got {actual!r}"]
    if isinstance(expected, dict):
        found = [f"{path}/{key}: missing" for key in expected.keys() - actual.keys()]
        found += [f"{path}/{key}: not recorded" for key in actual.keys() - expected.keys()]
        for key in expected.keys() & actual.keys():
            if key in _TIMES | _LOGS | ignoring:
                same_kind = type(expected[key]) is type(actual[key])
                found += [] if same_kind else [f"{path}/{key}: {expected[key]!r} and {actual[key]!r}"]
            else:
                found += _differences(expected[key], actual[key], f"{path}/{key}", ignoring)
        return found
    if isinstance(expected, list):
        if len(expected) != len(actual):
            return [f"{path}: recorded {len(expected)} items, got {len(actual)}"]
        pairs = zip(_in_order(expected), _in_order(actual), strict=True)
        return [
            difference
            for number, (left, right) in enumerate(pairs)
            for difference in _differences(left, right, f"{path}[{number}]", ignoring)
        ]
    left, right = _without_ids(expected, path, ignoring), _without_ids(actual, path, ignoring)
    return [] if left == right else [f"{path}: recorded {expected!r}, got {actual!r}"]


def _in_order(items: list[Any]) -> list[Any]:
    # The configurations of a version come in an order of their own; that of everything else matters.
    if items and all(isinstance(item, dict) and "properties_attributes" in item for item in items):
        return sorted(items, key=lambda item: item["type"])
    return items


def _without_ids(value: Any, path: str, ignoring: frozenset[str]) -> Any:
    """Ids of tasks count from the cluster's creation on, those of requests too."""
    if isinstance(value, str):
        value = re.sub(r"/tasks/\d+", "/tasks/N", value)
        return re.sub(r"/requests/\d+", "/requests/N", value) if "ids" in ignoring else value
    ids = ["/Tasks/id"]
    if "ids" in ignoring:
        ids += ["/Requests/id", "/request_id"]
    return 0 if path.endswith(tuple(ids)) else value
