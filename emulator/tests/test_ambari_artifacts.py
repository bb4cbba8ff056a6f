"""Artifacts, as recorded from a real Ambari."""

import threading

import pytest

from emulator.tests.ambari_replay import Recordings, Replay, replaying

USERS = {
    "cadm": "CLUSTER.ADMINISTRATOR",
    "op": "CLUSTER.OPERATOR",
    "svcadm": "SERVICE.ADMINISTRATOR",
    "svcop": "SERVICE.OPERATOR",
    "ro": "CLUSTER.USER",
    "nopriv": None,
}


def test_the_recorded_life_of_artifacts() -> None:
    with replaying("artifacts") as replay:
        replay.play_all("p01")
        names = [name for name in replay.recordings.names() if name.startswith(("p02-", "p03", "p04", "p05"))]
        replay.play(*names)
        replay.play_all("p06")
        replay.play_all("p07")


def test_bodies_of_other_shapes() -> None:
    with replaying("artifacts") as replay:
        replay.play_all("p08", but=["p08-raw-invalid-json", "p08-no-body-get"])
        # Here the real one names the keys in another order.
        replay.play("p08-raw-invalid-json", "p08-no-body-get", ignoring=["message"])


def test_names() -> None:
    with replaying("artifacts") as replay:
        replay.play_all("p10", but=["p10-name-256-get"])
        replay.play("p10-name-256-get", ignoring=["message"])


def test_what_a_round_trip_does_to_the_data() -> None:
    with replaying("artifacts") as replay:
        replay.play_all("p11")
        replay.play_all("p12")


def test_service_artifacts_are_apart() -> None:
    with replaying("artifacts") as replay:
        replay.play_all("p13")


def test_of_several_posts_at_once_one_wins() -> None:
    with replaying("artifact_races") as replay:
        names = [f"p14-race0-{number}" for number in range(4)]
        statuses = _at_once(replay, names)
        # The real one answers losers with 500 as well, when they collide in its database.
        assert sorted(statuses.values()) == [201, 409, 409, 409]
        winner = next(name for name in names if statuses[name] == 201)
        artifact = replay.simulation.cluster.artifacts.all("")[0]
        assert artifact.data == {"owner": f"client{winner[-1]}"}


@pytest.mark.parametrize("user", USERS)
def test_who_may_write_cluster_artifacts(user: str) -> None:
    with replaying("artifact_rights") as replay:
        _add_users(replay)
        replay.post("/clusters/mykafka/artifacts/rights", {"artifact_data": {"v": "r"}})
        for action in ("post", "put", "delete"):
            replay.play(f"p17-{user}-{action}")
        assert replay.send(f"p17-{user}-get").status == 200


@pytest.mark.parametrize("user", ["op", "svcop", "ro", "nopriv"])
def test_who_may_write_service_artifacts(user: str) -> None:
    with replaying("artifact_rights") as replay:
        _add_users(replay)
        # Not even the order of the keys in the messages is that of the other artifacts.
        for action in ("post", "get", "put", "delete"):
            replay.play(f"p18-svc-{user}-{action}", ignoring=["artifact_data"])


def test_service_artifacts_of_others_are_not_protected() -> None:
    with replaying("artifact_rights") as replay:
        _add_users(replay)
        replay.post("/clusters/mykafka/services/KAFKA/artifacts/mine", {"artifact_data": {"v": "admin"}})
        for action in ("get", "put", "delete"):
            replay.play(f"p18b-svc-nopriv-existing-{action}")
        replay.play("p18c-svc-after")


def test_every_recorded_role_is_tried() -> None:
    recorded = {name.split("-")[1] for name in Recordings("artifact_rights").names("p17-")}
    assert recorded == set(USERS)


def _add_users(replay: Replay) -> None:
    for name, role in USERS.items():
        replay.simulation.cluster.users.create(name, f"pw-{name}", [role] if role else [])


def _at_once(replay: Replay, names: list[str]) -> dict[str, int]:
    statuses: dict[str, int] = {}

    def send(name: str) -> None:
        statuses[name] = replay.send(name).status

    threads = [threading.Thread(target=send, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses
