"""Signing in, cookies, CSRF, content types, unknown paths: as recorded from a real Ambari."""

import json
from collections.abc import Iterator

import pytest

from emulator.tests.ambari_replay import Recordings, Replay, replaying

_WITH_A_SESSION = ("g02b-cookie-only", "g02c-cookie-plus-wrong-password")
_WORDED_BY_THE_JSON_PARSER = (
    "g06-malformed-json-put-config",
    "g06b-malformed-json-post-request",
    "g06c-plain-text",
)
_SHOWS_MORE = ("g02e-users-current",)


@pytest.fixture(scope="module")
def replay() -> Iterator[Replay]:
    with replaying("protocol") as replay:
        yield replay


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in Recordings("protocol").names()
        if name not in _WITH_A_SESSION + _WORDED_BY_THE_JSON_PARSER + _SHOWS_MORE
    ],
)
def test_answers_as_recorded(replay: Replay, name: str) -> None:
    replay.play(name)
    assert replay.simulation.cluster.execution.requests() == []


@pytest.mark.parametrize("name", _WORDED_BY_THE_JSON_PARSER)
def test_what_is_not_json_is_refused_in_other_words(replay: Replay, name: str) -> None:
    replay.play(name, ignoring=["message"])
    message = json.loads(replay.send(name).body)["message"]
    assert message.startswith("Invalid Request: Malformed Request Body.  An exception occurred parsing")


def test_a_session_wins_over_a_wrong_password_until_the_server_restarts(replay: Replay) -> None:
    signed_in = dict(replay.send("g02-login").headers)
    cookie = signed_in["Set-Cookie"].partition(";")[0]
    for name in _WITH_A_SESSION:
        replay.play(name, cookie=cookie)
    replay.simulation.cluster.restart()
    assert replay.send("g02b-cookie-only", cookie=cookie).reason == "Missing authentication token"


@pytest.mark.parametrize("attack", ["a%25b", "a%2Fb", "a;b", "a%2e%2e", "/a"])
def test_odd_paths_are_stopped_before_signing_in(replay: Replay, attack: str) -> None:
    response = replay.get(f"/clusters/mykafka/artifacts/{attack}")
    assert (response.status, response.reason) == (500, "Server Error")
    assert "Set-Cookie" not in dict(response.headers)


def test_roles() -> None:
    with replaying("users") as replay:
        replay.play("g08-create-user", "g08b-no-privileges-get-clusters", "g08b2-no-privileges-get-cluster")
        replay.play("g08c-grant")
        replay.play("g08d-viewer-get", ignoring=["tag", "version"])
        replay.play("g08f-viewer-put-config", "g08g-viewer-put-maintenance", "g08h-viewer-post-restart")
        assert replay.simulation.cluster.topology.service_maintenance("KAFKA") == "OFF"


def test_failures_do_not_lock_by_default_but_inactive_users_stay_out() -> None:
    with replaying("users") as replay:
        replay.play("g09-create-user")
        replay.play_all("g09-lockout-attempt")
        replay.play("g09b-lockout-right-password", "g09d-unlock", "g09e-after")
        replay.play("g09f-inactive-user", "g09g-inactive-user-get")


def test_failures_lock_where_a_limit_is_set() -> None:
    with replaying("users", max_failures=4) as replay:
        replay.play_all("l02")


def test_a_new_password_counts_at_once() -> None:
    with replaying("protocol") as replay:
        replay.simulation.cluster.set_password("admin", "wrong")  # what the recording takes for a wrong one
        assert replay.send("g01-wrong-password-get").status == 200
        assert replay.send("g02-login").status == 403
