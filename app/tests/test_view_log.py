"""The snapshots of Kafka's view, and the lines in which they reach the log."""

import base64
import json
import random
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from testapp.view.lines import (
    INTERVAL_SECONDS,
    LIVELY_SECONDS,
    LONG_INTERVAL_SECONDS,
    LONGEST_LINE,
    LONGEST_REASON,
    MANY_BYTES,
    REPEAT_SECONDS,
    SHORT_INTERVAL_SECONDS,
    Lines,
)
from testapp.view.observation import Observation, Replication, Unknown
from testapp.view.snapshot import names_of_hosts, snapshot

from bench.view_log import volume

BROKER = {"advertised.listeners": "PLAINTEXT://10.10.0.6:9092,SASL_SSL://wn0-x:9093"}


OBSERVED = Observation(
    controller=1002,
    hosts={1001: "10.10.0.6", 1002: "wn1-mykafk.x.internal.cloudapp.net"},
    configurations={1001: BROKER},
    partitions={"words": {0: Replication(1001, (1001, 1003), (1001,)), 1: Replication(-1, (1002,), ())}},
    topics={"words": {"min.insync.replicas": "2"}},
)


NAMES = {"wn1-mykafk.x.internal.cloudapp.net": "10.10.0.7"}


def read(lines: Sequence[str]) -> tuple[dict[str, Any], Any]:
    """The last heartbeat, and the document of the snapshot that it names, joined from its parts."""
    found = [json.loads(line) for line in lines]
    parts = [one for one in found if one.get("snapshot") == found[-1]["view"]]
    assert [one["part"] for one in parts] == list(range(1, len(parts) + 1))
    if not parts:
        return found[-1], None
    assert {one["of"] for one in parts} == {len(parts)}
    return found[-1], json.loads(zlib.decompress(base64.b64decode("".join(one["data"] for one in parts))))


def test_a_snapshot_holds_brokers_minimums_and_partitions() -> None:
    assert snapshot(OBSERVED, "", NAMES) == {
        "version": 1,
        "controller": 1002,
        "brokers": {
            "1001": {
                "address": "10.10.0.6",
                "advertised": {"PLAINTEXT": "10.10.0.6:9092", "SASL_SSL": "wn0-x:9093"},
            },
            # It is in the metadata, and has not answered.
            "1002": {"address": "10.10.0.7", "advertised": None},
            # It is among the replicas of a partition alone.
            "1003": {"address": "", "advertised": None},
        },
        "defaults": {"min.insync.replicas": 2},
        "minimums": {},
        "partitions": {"words": [[1001, [1001, 1003], [1001]], [-1, [1002], []]]},
    }


def test_the_minimum_of_most_topics_is_said_once() -> None:
    held = {0: Replication(1001, (1001,), (1001,))}
    minimums = {"a": "2", "b": "1", "c": "2"}
    many = replace(
        OBSERVED,
        partitions=dict.fromkeys(minimums, held),
        topics={name: {"min.insync.replicas": value} for name, value in minimums.items()},
    )
    told = snapshot(many, "", NAMES)
    assert (told["defaults"], told["minimums"]) == ({"min.insync.replicas": 2}, {"b": 1})


def test_listeners_are_what_a_broker_advertises_that_is_told_nothing_else() -> None:
    told = replace(OBSERVED, configurations={1001: {"listeners": "PLAINTEXT://wn0-x:9092"}})
    assert snapshot(told, "", NAMES)["brokers"]["1001"]["advertised"] == {"PLAINTEXT": "wn0-x:9092"}


AUTHORIZED = {**BROKER, "authorizer.class.name": "kafka.security.auth.SimpleAclAuthorizer"}


@pytest.mark.parametrize(
    ("broker", "user", "known"),
    [
        (BROKER, "", True),
        ({**BROKER, "authorizer.class.name": ""}, "", True),
        (AUTHORIZED, "anna", False),
        ({**AUTHORIZED, "super.users": "User:kafka;User:anna"}, "anna", True),
        ({**AUTHORIZED, "super.users": "User:kafka;User:annabel"}, "anna", False),
        ({**AUTHORIZED, "super.users": "User:ANONYMOUS"}, "", True),
        ({**AUTHORIZED, "super.users": "User:anna", "principal.builder.class": "org.x.Own"}, "anna", False),
        (
            {**BROKER, "authorizer.class.name": "org.apache.ranger.X", "super.users": "User:anna"},
            "anna",
            False,
        ),
    ],
)
def test_with_an_authorizer_only_a_user_who_sees_everything_is_believed(
    broker: Mapping[str, str], user: str, known: bool
) -> None:
    observed = replace(OBSERVED, configurations={1001: broker})
    if known:
        assert snapshot(observed, user, NAMES)["partitions"]
    else:
        with pytest.raises(Unknown, match="so topics may be hidden"):
            snapshot(observed, user, NAMES)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"topics": {}}, "nobody tells min.insync.replicas of the topic words"),
        (
            {"partitions": {"words": {1: Replication(1, (1,), (1,))}}},
            "not every partition of the topic words",
        ),
        ({"configurations": {1001: {}}}, "broker 1001 does not tell what it advertises"),
        ({"configurations": {1001: {"listeners": "10.10.0.6"}}}, "'10.10.0.6', which is no listener"),
    ],
)
def test_half_an_answer_is_none(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unknown, match=reason):
        snapshot(replace(OBSERVED, **changed), "", NAMES)


def test_names_are_those_of_the_hosts_file_and_the_first_counts() -> None:
    text = "127.0.0.1 localhost\n# 10.0.0.9 no\n10.0.0.4\tWN0-x.y wn0-x # a broker\n10.0.0.5 wn0-x\n\n"
    assert names_of_hosts(text) == {"localhost": "127.0.0.1", "wn0-x.y": "10.0.0.4", "wn0-x": "10.0.0.4"}


def test_a_snapshot_precedes_the_heartbeat_that_names_it_and_is_not_repeated_at_once() -> None:
    lines, document = Lines(), snapshot(OBSERVED, "", NAMES)
    heartbeat, told = read(lines.known(document, 100.0))
    assert told == document
    assert heartbeat["round"] == 1
    [second] = lines.known(document, 100.0 + REPEAT_SECONDS - 1)
    assert json.loads(second) == {**heartbeat, "round": 2}
    assert read(lines.known(document, 100.0 + REPEAT_SECONDS))[1] == document
    changed = {**document, "controller": 1001}
    other, told = read(lines.known(changed, 161.0))
    assert told == changed
    assert other["view"] != heartbeat["view"]


def test_after_a_time_without_answers_the_same_snapshot_is_named_again() -> None:
    lines, document = Lines(), snapshot(OBSERVED, "", NAMES)
    first, _ = read(lines.known(document, 100.0))
    [unknown] = map(json.loads, lines.unknown("no broker\n of them  answers " + "x" * 1000))
    assert (unknown["view"], unknown["round"]) == ("", 2)
    assert unknown["unknown"].startswith("no broker of them answers xxx")
    assert len(unknown["unknown"]) == LONGEST_REASON
    assert read(lines.known(document, 105.0))[0] == {**first, "round": 3}


def test_rounds_follow_each_other_quickly_for_a_while_after_a_change_unless_they_print_much() -> None:
    lines, document = Lines(), snapshot(OBSERVED, "", NAMES)
    first = lines.known(document, 100.0)
    assert lines.seconds_between(first, 100.0) == SHORT_INTERVAL_SECONDS
    again = lines.known(document, 100.0 + LIVELY_SECONDS)
    assert lines.seconds_between(again, 100.0 + LIVELY_SECONDS) == INTERVAL_SECONDS
    changed = lines.known({**document, "controller": None}, 200.0)
    assert lines.seconds_between(changed, 200.0) == SHORT_INTERVAL_SECONDS
    assert lines.seconds_between(["x" * (MANY_BYTES + 1)], 200.0) == LONG_INTERVAL_SECONDS


def test_the_log_of_300_brokers_and_10000_partitions_is_bounded() -> None:
    quiet, changing = volume(brokers=300, partitions=10_000)
    # A kubelet keeps 10 MiB of a container's log by default (containerLogMaxSize).
    assert quiet < 150_000
    assert changing < 1_500_000


def test_no_line_is_cut_by_a_container_runtime() -> None:
    letters = random.Random(1)
    # Random data, which does not compress, so that it takes many lines.
    document = {"version": 1, "noise": letters.randbytes(100_000).hex()}
    lines = Lines().known(document, 0.0)
    assert len(lines) > 5
    assert max(map(len, lines)) < LONGEST_LINE
    assert read(lines)[1] == document
