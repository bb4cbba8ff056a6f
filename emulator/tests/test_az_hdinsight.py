"""`az hdinsight`: which options it takes, what it prints, and that secrets can come in by a pipe."""

import io
import sys
from typing import Any

import pytest

from emulator import az, control

NAMES = ("--name", "mykafka", "--resource-group", "group")
PASSWORD = "An0ther-Passw0rd!"
CLUSTER = {
    "properties": {
        "provisioningState": "Succeeded",
        "clusterState": "Running",
        "computeProfile": {
            "roles": [
                {"name": "headnode", "targetInstanceCount": 2},
                {"name": "workernode", "targetInstanceCount": 4},
            ]
        },
    }
}
COUNT = "properties.computeProfile.roles[?name=='workernode'].targetInstanceCount | [0]"
STATE = f"join(' ', map(&to_string(@), [properties.provisioningState, properties.clusterState, {COUNT}]))"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What the daemon is asked to do; it answers with CLUSTER."""
    calls: list[tuple[str, dict[str, Any]]] = []

    def call(_home: object, command: str, /, **arguments: Any) -> Any:
        calls.append((command, arguments))
        return CLUSTER

    monkeypatch.setattr(control, "call", call)
    return calls


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, stdin: str = "") -> int:
    monkeypatch.setattr(sys, "argv", ["az", *arguments])
    monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
    return az.main()


@pytest.mark.parametrize(("query", "value"), [(COUNT, "4"), (STATE, "Succeeded Running 4")])
def test_a_query_picks_one_value(
    asked: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    query: str,
    value: str,
) -> None:
    assert run(monkeypatch, "hdinsight", "show", *NAMES, "--query", query, "--output", "tsv") == 0
    assert capsys.readouterr().out == f"{value}\n"


def test_resize_asks_for_a_number_of_workers(asked: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "hdinsight", "resize", *NAMES, "--workernode-count", "5") == 0
    where = {"name": "mykafka", "resource_group": "group", "subscription": None}
    assert asked == [("hdinsight-resize", {**where, "workers": 5})]


def test_a_password_comes_in_by_a_pipe(asked: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for password in (PASSWORD, f"-{PASSWORD}", f"@{PASSWORD}"):
        arguments = ("hdinsight", "credentials", "update", *NAMES, "--http-password=@-", "--yes")
        assert run(monkeypatch, *arguments, stdin=f"{password}\n") == 0
        [(command, given)] = asked
        assert (command, given["user"], given["password"]) == ("hdinsight-credentials", "admin", password)
        asked.clear()


def test_a_cluster_can_be_deleted(asked: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "hdinsight", "delete", *NAMES, "--yes") == 0
    assert asked == [
        ("hdinsight-delete", {"name": "mykafka", "resource_group": "group", "subscription": None})
    ]


@pytest.mark.parametrize("command", ["credentials update --http-password=@-", "delete"])
def test_nothing_that_asks_back_is_done_without_a_yes(
    asked: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert run(monkeypatch, "hdinsight", *command.split(), *NAMES, stdin=PASSWORD) == 1
    assert "Use --yes" in capsys.readouterr().err
    assert asked == []


def test_rest_changes_tags(asked: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    call = ("rest", "--method", "patch", "--body", '{"tags": {"a": "b c"}}', "--output", "none", "--url")
    assert run(monkeypatch, *call, "/subscriptions/s/x?api-version=2021-06-01") == 0
    assert asked == [
        ("hdinsight-patch", {"cluster_id": "/subscriptions/s/x", "body": {"tags": {"a": "b c"}}})
    ]
    assert run(monkeypatch, *call, "/subscriptions/s/x?api-version=2015-03-01") == 1
