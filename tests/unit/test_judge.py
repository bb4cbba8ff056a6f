"""What the judge makes of a run, and that it does nothing where nothing has been built."""

import json
from pathlib import Path
from typing import Any

import pytest

from judge.__main__ import main
from judge.emulated import merged
from judge.run import Run, read_events

URN = "urn:pulumi:judge::judge::aks-kafka:index:KafkaTestApp$kubernetes:batch/v1:Job::create-topics"


def event(name: str, op: str, kind: str = "kubernetes:batch/v1:Job", urn: str = URN) -> dict[str, Any]:
    return {name: {"metadata": {"op": op, "type": kind, "urn": urn}}}


def run(*events: dict[str, Any]) -> Run:
    return Run(0, "", 1.0, events)


def test_steps_are_sorted_and_tell_what_failed() -> None:
    found = run(event("resOutputsEvent", "delete"), event("resOpFailedEvent", "create"))
    assert found.steps == ["create create-topics fails", "delete create-topics"]


def test_what_stays_and_what_holds_others_is_no_step() -> None:
    component = event("resOutputsEvent", "create", "aks-kafka:index:KafkaTestApp")
    assert run(event("resOutputsEvent", "same"), event("resOutputsEvent", "refresh"), component).steps == []


def test_only_errors_are_errors_and_without_markup() -> None:
    said = [("error", "<{%fg 1%}>broken<{%reset%}>"), ("warning", "odd"), ("debug", "chatter")]
    events = [{"diagnosticEvent": {"severity": severity, "message": text}} for severity, text in said]
    assert run(*events).errors == ["broken"]


def test_a_log_that_ends_in_the_middle_of_a_line_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    file = tmp_path / "events.json"
    assert read_events(file) == []
    file.write_text(json.dumps({"sequence": 0}) + '\n{"sequence": {"whole": "no"}')
    assert read_events(file) == [{"sequence": 0}]


def test_a_merge_patch_changes_nested_fields_and_takes_away_what_is_null() -> None:
    item = {"spec": {"replicas": 2, "paused": True}, "kind": "Deployment"}
    assert merged(item, {"spec": {"replicas": 1, "paused": None}}) == {
        "spec": {"replicas": 1},
        "kind": "Deployment",
    }
    assert item["spec"] == {"replicas": 2, "paused": True}


def test_where_nothing_has_been_built_it_can_do_nothing_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert main(["--if-built"]) == 0
    assert "make judge" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_without_go_it_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main([]) == 1
    assert "Go 1.26" in capsys.readouterr().err
