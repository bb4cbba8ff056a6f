"""The stack's own state is read, also while the engine writes it."""

from collections.abc import Mapping
from typing import Any

import pytest

from components.settings import state
from tests.unit.recording import Refusal, deploy

URN = "urn:pulumi:test::aks-kafka::random:index:Thing::thing"
WRITING = "failed to load checkpoint: EOF"


def read_after(monkeypatch: pytest.MonkeyPatch, failures: list[str]) -> Mapping[str, Any]:
    """What the program reads of a state whose first readings fail so."""
    monkeypatch.setattr(state, "PAUSE_SECONDS", 0)

    def answer(_: object) -> dict[str, Any]:
        if failures:
            raise Refusal(failures.pop(0))
        return {"outputs": {URN: {"type": "random:index:Thing", "outputs": {"size": 3}}}}

    found: dict[str, Any] = {}
    deploy(
        lambda: found.update(state.recorded_outputs()),
        answers={"pulumi:pulumi:readStackResourceOutputs": answer},
    )
    return found


def test_a_state_that_is_being_written_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_after(monkeypatch, [WRITING, WRITING]) == {URN: {"size": 3}}


def test_a_state_that_stays_unreadable_ends_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Exception, match="EOF"):
        read_after(monkeypatch, [WRITING] * state.ATTEMPTS)


def test_any_other_failure_ends_the_program_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    failures = ["no access", "no access"]
    with pytest.raises(Exception, match="no access"):
        read_after(monkeypatch, failures)
    assert failures == ["no access"]
