"""Trouble with one look at Kafka's view in a complete run on the real engine, then a second run.

As in `sweep`, each resource of a program has its own cluster, and a view of its own with its own trouble.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import psutil

from tests.e2e.sweep import UP, Fleet, Subject, fleet
from tests.simulated.ambari.invariants import broken_by_runs
from tests.simulated.ambari.kafka import LOG

Loss = Literal["refused", "failed", "silent", "of before", "torn", "killed"]
REFUSED, FAILED = 401, 503
AT_ONCE = ("--parallel", "64")
"""Each run mostly waits for Kafka to say the same a few times in a row."""


@dataclass(frozen=True)
class LostLook:
    loss: Loss
    number: int
    """Of the look, counted from 1."""

    def __str__(self) -> str:
        return f"{self.loss} at look {self.number}"


@dataclass
class TroubledLog:
    """The view's log, and what becomes of the look that is to be lost."""

    subject: Subject
    program: Fleet
    lost: LostLook | None = None
    looks: int = 0
    _first: str = field(default="", init=False)

    def __post_init__(self) -> None:
        assert self.subject.view
        self._log = self.subject.view.answers[LOG]
        self.subject.view.answers[LOG] = self.answer

    def answer(self, query: Mapping[str, str]) -> Any:
        text = self._log(query)
        if query["sinceSeconds"] != "20":
            return text
        self.looks += 1
        self._first = self._first or text
        if self.lost is None or self.looks != self.lost.number:
            return text
        match self.lost.loss:
            case "refused":
                return REFUSED
            case "failed":
                return FAILED
            case "silent":
                return ""
            case "of before":
                return self._first
            case "torn":
                return json.dumps({"view": "0123456789abcdef", "round": 10**6})[:-3]
            case "killed":
                kill_provider(self.program.folder)
                return FAILED


def kill_provider(folder: Path) -> None:
    """Of the run of the program there."""
    for process in psutil.Process().children(recursive=True):
        # Others end meanwhile.
        with suppress(psutil.NoSuchProcess):
            if "pulumi.dynamic" in process.cmdline() and process.cwd() == str(folder):
                process.kill()


def looks_of_a_run(folder: Path) -> int:
    """How often an undisturbed `up` looks at the view, at least: the fewest of three."""
    with fleet(folder, 3, seen=True) as (program, subjects):
        logs = [TroubledLog(subject, program) for subject in subjects]
        program.succeed(*UP)
        return min(log.looks for log in logs)


def after_lost_looks(folder: Path, cases: Sequence[LostLook]) -> list[str]:
    """What is wrong after an `up` that has lost looks, and a second one."""
    with fleet(folder, len(cases), seen=True) as (program, subjects):
        logs = [TroubledLog(subject, program, case) for subject, case in zip(subjects, cases, strict=True)]
        first = program.run(*UP, *AT_ONCE)
        should_fail = any(case.loss == "killed" for case in cases)
        found = [
            f"{case}: never happened"
            for case, log in zip(cases, logs, strict=True)
            if log.looks < case.number
        ]
        if (first.status != 0) != should_fail:
            found.append(f"the first run ended with {first.status}:\n{first.output}")
        program.succeed(*UP, "--refresh", *AT_ONCE)
        for case, subject in zip(cases, subjects, strict=True):
            found += [f"{case}: {text}" for text in broken_by_runs(subject.cluster, subject.before)]
    return found
