"""Which link between this process and Kafka is broken: each is looked at in order, up to that one."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from testapp.check import judgement
from testapp.check.evidence import Attempt, Metadata, NotWritten, Outcome, RoundTrips, Silence, Written
from testapp.check.judgement import Finding, Link

INTERVAL_SECONDS = 2.0
AT_A_TIME = 16
"""Addresses that are tried at the same time: a silent one takes seconds, and there may be hundreds."""


class Probes(Protocol):
    """What the check looks with; `testapp.check.probes` has the real ones."""

    def connect(self, address: str) -> Attempt: ...

    def ask(self, address: str) -> Metadata | Silence: ...

    def produce(self) -> Written | NotWritten: ...

    def consume(self, start: Written) -> RoundTrips: ...


@dataclass(frozen=True)
class Report:
    """The findings in order; only the last one can be broken. Round trip: the median, in milliseconds."""

    findings: Sequence[Finding]
    round_trip_milliseconds: float | None = None

    @property
    def broken(self) -> Finding | None:
        """The first link that does not hold."""
        return next((finding for finding in self.findings if finding.broken), None)

    @property
    def status(self) -> int:
        """For scripts: 0, or that of the broken link."""
        return self.broken.link.status if self.broken else 0

    def text(self) -> str:
        """For people: a line for each link, and below the broken one why, and what to do."""
        lines = []
        for finding in self.findings:
            lines.append(f"{'BROKEN' if finding.broken else 'ok':6}  {finding.link.title}: {finding.seen}")
            if finding.broken:
                lines += [f"        likely cause: {finding.cause}", f"        what to do: {finding.remedy}"]
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "healthy": self.broken is None,
            "broken": self.broken.link.name.lower() if self.broken else None,
            "roundTripMilliseconds": self.round_trip_milliseconds,
            "links": [
                {
                    "link": finding.link.name.lower(),
                    "ok": not finding.broken,
                    "seen": finding.seen,
                    "cause": finding.cause,
                    "remedy": finding.remedy,
                }
                for finding in self.findings
            ],
        }


def examine(bootstrap: Sequence[str], topic: str | None, probes: Probes) -> Report:
    """Look at every link up to the first that is broken; without a topic, at those that lead to Kafka."""
    findings: list[Finding] = []
    trips: list[RoundTrips] = []
    for finding in _findings(bootstrap, topic, probes, trips):
        findings.append(finding)
        if finding.broken:
            return Report(findings)
    milliseconds = [time for one in trips for time in one.milliseconds]
    return Report(findings, round(statistics.median(milliseconds), 1) if milliseconds else None)


def examine_patiently(
    examination: Callable[[], Report],
    patience: float,
    clock: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> Report:
    """Repeat the examination until it finds nothing broken that may mend, or `patience` seconds are over.

    Right after a change brokers may still be starting and routes be spreading.
    """
    deadline = clock() + patience
    report = examination()
    while report.broken and not report.broken.lasting and clock() < deadline:
        wait(min(INTERVAL_SECONDS, max(0.0, deadline - clock())))
        report = examination()
    return report


def _findings(
    bootstrap: Sequence[str], topic: str | None, probes: Probes, trips: list[RoundTrips]
) -> Iterator[Finding]:
    with ThreadPoolExecutor(AT_A_TIME) as executor:
        attempts = list(executor.map(probes.connect, bootstrap))
        yield judgement.judge_addresses(attempts)
        open_addresses = [one.address for one in attempts if one.outcome is Outcome.CONNECTED]
        answers = list(executor.map(probes.ask, open_addresses))
        yield judgement.judge_listeners(attempts, answers)
        metadata = next(answer for answer in answers if isinstance(answer, Metadata))
        advertised = sorted(set(metadata.brokers.values()))
        yield judgement.judge_advertised(metadata, list(executor.map(probes.connect, advertised)))
    if topic is None:
        return
    yield judgement.judge_topic(metadata, topic)
    written = probes.produce()
    yield judgement.judge_produce(written)
    assert isinstance(written, Written), "a message that is not written breaks its link"
    trips.append(probes.consume(written))
    yield judgement.judge_consume(trips[-1])


__all__ = ["Link", "Probes", "Report", "examine", "examine_patiently"]
