"""A finished run of the engine: its steps and errors, by which clusters are compared."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_MARKUP = re.compile(r"<\{%[^%]*%\}>")
_PROGRAM_TYPES = ("kubernetes:", "pulumi-python:")


@dataclass(frozen=True)
class Run:
    """A command of Pulumi's that has ended."""

    status: int
    output: str
    seconds: float
    events: Sequence[dict[str, Any]]

    @property
    def steps(self) -> list[str]:
        """What was done to which resource, sorted, as the order of independent resources is not fixed.

        A failed step ends with "fails". A resource that does not change has no step.
        """
        done = [
            _step(event["resOutputsEvent"]["metadata"]) for event in self.events if "resOutputsEvent" in event
        ]
        failed = [
            f"{step} fails"
            for event in self.events
            if "resOpFailedEvent" in event and (step := _step(event["resOpFailedEvent"]["metadata"]))
        ]
        return sorted(step for step in [*done, *failed] if step)

    @property
    def errors(self) -> list[str]:
        """The messages of its errors."""
        diagnostics = [event["diagnosticEvent"] for event in self.events if "diagnosticEvent" in event]
        return [_MARKUP.sub("", one["message"]) for one in diagnostics if one["severity"] == "error"]

    def says(self, text: str) -> bool:
        """Whether one of its errors contains the text."""
        return any(text in error for error in self.errors)


def read_events(file: Path) -> list[dict[str, Any]]:
    """The events in a run's log; none if there is no log.

    The last line of a run that was killed may be incomplete; it is left out.
    """
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text().splitlines(keepends=True) if line.endswith("\n")]


def _step(metadata: dict[str, Any]) -> str | None:
    if metadata["op"] in ("same", "read", "refresh") or not metadata["type"].startswith(_PROGRAM_TYPES):
        return None
    return f"{metadata['op']} {metadata['urn'].rpartition('::')[2]}"
