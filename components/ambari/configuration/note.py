"""The note that a run leaves in Ambari: what it is changing, so that the next run can finish or put back.

It is an artifact of the service Kafka, because every role that may restart brokers may write there. It keeps
two runs apart, too: creating an artifact is atomic, replacing or deleting one is not, so a dead run's note is
never overwritten: its successor makes one with the next number. It holds nothing secret, and it is advice, no
lock: whoever can sign in can change it.
"""

from __future__ import annotations

import json
import os
import re
import socket
import uuid
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ...running.clock import Clock
from ...running.progress import Progress
from ..api.client import Ambari
from ..api.errors import ConfigurationConflict, RunUnderWay
from ..api.model import MaintenanceState

PREFIX = "ip-advertising-"
FORM = 1
BEAT = 15.0
"""Seconds between signs of life of a run."""
LEASE = 90.0
"""Seconds without one after which a run whose process can't be seen from here counts as dead."""

_NAME = re.compile(re.escape(PREFIX) + r"(\d{1,9})")


@dataclass(frozen=True)
class Writer:
    """Who wrote a note: enough to tell on the same machine whether the process still lives."""

    host: str
    machine: str
    """Boot and pid namespace; empty where they can't be told."""
    pid: int
    started: str
    """When the process started, in the kernel's terms."""

    @classmethod
    def here(cls) -> Writer:
        return cls(socket.gethostname(), _machine(), os.getpid(), _start_of(os.getpid()))

    def provably_dead(self) -> bool:
        return (
            bool(self.machine and self.started)
            and self.machine == _machine()
            and _start_of(self.pid) != self.started
        )


@dataclass(frozen=True)
class Note:
    run: str
    writer: Writer
    since: str
    beat: int = 0
    maintenance_before: MaintenanceState | None = None
    """What Kafka's maintenance mode was before a run of version 0.1 changed it; None: not changed."""
    saves: tuple[tuple[int, str], ...] = ()
    """Saves not yet known to have lost nobody's edit: the version before, and the tag."""

    def text(self) -> str:
        return json.dumps({"form": FORM, **asdict(self)}, sort_keys=True)

    @classmethod
    def parse(cls, name: str, text: str) -> Note:
        """Raises ConfigurationConflict when the text is not one of ours: it is reported, never trusted."""
        try:
            values = json.loads(text)
            if values.pop("form") != FORM:
                raise ValueError("of another form")
            saves = tuple((int(base), str(tag)) for base, tag in values.pop("saves"))
            note = cls(**{**values, "writer": Writer(**values["writer"]), "saves": saves})
            _check(note)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ConfigurationConflict(
                f"Ambari holds a note {name} (artifact of the service KAFKA) that this program can't read "
                f"({error}). Make sure that nobody is changing this cluster, then delete the artifact."
            ) from None
        return note


class RunNote:
    """This run's note. While it is held no other run of this program changes the cluster."""

    def __init__(self, ambari: Ambari, clock: Clock, generation: int, note: Note):
        self._ambari = ambari
        self._clock = clock
        self._generation = generation
        self._written = clock.now()
        self.note = note

    @classmethod
    def take(cls, ambari: Ambari, clock: Clock, progress: Progress, writer: Writer) -> RunNote:
        """Raises RunUnderWay when another run lives, ConfigurationConflict for a note that can't be read."""
        generation, previous = newest(ambari.artifacts())
        if previous is not None:
            previous = _wait_until_dead(ambari, clock, progress, generation, previous)
        note = Note(
            run=uuid.uuid4().hex[:12],
            writer=writer,
            since=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        if previous is not None:
            progress.say(
                f"Going on where the run of {previous.since} on {previous.writer.host} was interrupted"
            )
            note = replace(
                note,
                maintenance_before=previous.maintenance_before,
                saves=previous.saves,
            )
        if not ambari.create_artifact(_name(generation + 1), note.text()):
            raise RunUnderWay(
                "Another run started to change this cluster's Kafka at the same moment. Try again later."
            )
        return cls(ambari, clock, generation + 1, note)

    def remember(self, **changes: Any) -> None:
        """Durable when this returns."""
        self._write(replace(self.note, **changes, beat=self.note.beat + 1))

    def beat(self) -> None:
        """A sign of life, when one is due. Raises RunUnderWay when another run has taken over."""
        if self._clock.now() - self._written >= BEAT:
            self.remember()

    def confirm(self) -> None:
        """Raises RunUnderWay when another run took over, as happens to one that was cut off for long."""
        generation, _ = newest(self._ambari.artifacts())
        if generation != self._generation:
            raise RunUnderWay(
                "Another run took over the change of this cluster's Kafka while this one was cut off."
            )

    def release(self) -> None:
        for name in self._ambari.artifacts():
            match = _NAME.fullmatch(name)
            if match and int(match[1]) <= self._generation:
                self._ambari.delete_artifact(name)

    def _write(self, note: Note) -> None:
        self.confirm()
        self._ambari.replace_artifact(_name(self._generation), note.text())
        self.note = note
        self._written = self._clock.now()


def newest(artifacts: dict[str, str]) -> tuple[int, Note | None]:
    """The number and content of the newest note; (0, None) when there is none."""
    numbers = {int(match[1]): name for name in artifacts if (match := _NAME.fullmatch(name))}
    if not numbers:
        return 0, None
    number = max(numbers)
    return number, Note.parse(numbers[number], artifacts[numbers[number]])


def _wait_until_dead(
    ambari: Ambari, clock: Clock, progress: Progress, generation: int, note: Note
) -> Note | None:
    """The note of a run that is dead by now, or None when that run ended properly meanwhile."""
    deadline = clock.now() + LEASE
    while not note.writer.provably_dead() and clock.now() < deadline:
        progress.waiting(
            "Note of another run",
            f"of {note.since} on {note.writer.host}, process {note.writer.pid}: is it alive?",
        )
        clock.sleep(5.0)
        now_generation, now_note = newest(ambari.artifacts())
        if now_note is None:
            return None
        if now_generation != generation or now_note.beat != note.beat:
            raise RunUnderWay(
                f"Another run is changing this cluster's Kafka: since {now_note.since}, on "
                f"{now_note.writer.host}, process {now_note.writer.pid}. "
                "Wait until it ends; nothing was changed by this one."
            )
    return note


def _check(note: Note) -> None:
    typed = (
        isinstance(note.run, str)
        and isinstance(note.since, str)
        and isinstance(note.beat, int)
        and isinstance(note.writer.pid, int)
    )
    if not typed or note.maintenance_before not in ("ON", "OFF", None):
        raise ValueError("a value of an unexpected type")


def _name(generation: int) -> str:
    return f"{PREFIX}{generation}"


def _machine() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""


def _start_of(pid: int) -> str:
    try:
        # Field 22; the second one, the command's name, may hold blanks and parentheses.
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except (OSError, IndexError):
        return ""
