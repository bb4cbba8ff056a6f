"""A cluster is created when its identity may use its storage; and what to do when it failed nevertheless."""

import asyncio
from datetime import UTC, datetime, timedelta

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.kafka_creation import (
    DURATION,
    NO_STORAGE,
    cleanup_advice,
    count_down,
    pauses,
    seconds_left,
)
from tests.unit.recording import ASSIGNED, Deployment
from tests.unit.test_kafka import kafka

__all__ = ["kafka"]

AT = datetime.fromisoformat(ASSIGNED)


@pytest.mark.parametrize(
    ("after", "left"),
    [(-7200, 600), (0, 600), (0.5, 600), (1, 599), (599.5, 1), (600, 0), (86400, 0)],
    ids=["clocks differ by hours", "now", "rounded up", "a second", "the last", "in effect", "long ago"],
)
def test_a_role_is_waited_for_as_long_as_it_is_too_young(after: float, left: int) -> None:
    assert seconds_left(ASSIGNED, AT + timedelta(seconds=after), 600) == left


def test_a_role_of_unknown_age_is_new() -> None:
    assert seconds_left(None, AT, 600) == 600
    assert seconds_left(None, AT, 0) == 0


@given(st.integers(0, 3600))
def test_all_is_waited_for_and_each_minute_announced(seconds: int) -> None:
    told = list(pauses(seconds))
    assert sum(pause for _, pause in told) == seconds
    assert all(0 < pause <= 60 for _, pause in told)
    assert [left for left, _ in told] == list(range(seconds, 0, -60))


def test_whoever_waits_learns_for_what_and_how_long() -> None:
    events: list[str] = []

    async def sleep(seconds: float) -> None:
        events.append(f"slept {seconds}")

    asyncio.run(count_down(90, events.append, sleep))
    assert [event.split(",")[0] for event in events] == [
        "the Kafka cluster is created in 90 s",
        "slept 60",
        "the Kafka cluster is created in 30 s",
        "slept 30",
    ]
    assert "storageRoleSeconds" in events[0]


def test_the_engine_waits_before_creation_alone_and_not_for_an_old_role(
    kafka: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", lambda line, resource: said.append(line))
    hooks = kafka["kafka-cluster"].options.hooks
    [before] = hooks.before_create
    assert list(hooks.before_update) == []
    asyncio.run(asyncio.wait_for(kafka.hooks[before](None), timeout=30))
    assert datetime.now(UTC) - AT > timedelta(seconds=600)
    assert said == [DURATION]
    assert "21 to 35 minutes" in DURATION


@pytest.mark.parametrize("operation", ["create", "update", "delete"])
def test_a_failed_creation_is_explained_and_never_tried_again(
    kafka: Deployment, operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda line, resource: said.append(line))
    [on_error] = kafka["kafka-cluster"].options.hooks.on_error
    args = pulumi.ErrorHookArgs("urn", "", "kafka-cluster", "type", failed_operation=operation, errors=["no"])
    assert asyncio.run(kafka.hooks[on_error](args)) is False
    assert said == ([] if operation == "delete" else [cleanup_advice("contoso-kafka", "test", ["no"])])


def test_what_remains_of_a_failed_creation_is_to_be_deleted() -> None:
    said = cleanup_advice("contoso-kafka", "test", ["quota exceeded", f"{NO_STORAGE} of an earlier try"])
    assert "az hdinsight delete --yes --name contoso-kafka --resource-group test" in said
    assert "pulumi up --refresh" in said
    assert "storageRoleSeconds" not in said
    assert "storageRoleSeconds" in cleanup_advice("contoso-kafka", "test", [f"Code: {NO_STORAGE}"])
