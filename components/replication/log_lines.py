"""Kafka's view out of the lines that a pod has logged. Pure.

Every round of questions ends with a heartbeat: `{"view": DIGEST, "round": NUMBER}` says that what was found
is what the snapshot with this digest holds, and `{"view": "", "unknown": SENTENCE, "round": NUMBER}` why
nothing is known. A snapshot is a JSON document, compressed and cut into lines `{"snapshot": DIGEST, "part":
1, "of": 3, "data": TEXT}`, logged when it has changed and again every minute. Other lines don't count.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import zlib
from dataclasses import dataclass
from typing import Any

from .view import KafkaView, Malformed

_LARGEST = 256 * 1024 * 1024
"""Bytes of a document: some hundred times that of 10,000 partitions."""


@dataclass(frozen=True)
class Heartbeat:
    """How a round ended."""

    round: int
    """Counted by the pod. A later one with another number was certainly made after this."""
    digest: str
    """Of the snapshot that holds; empty: nothing is known."""
    unknown: str
    """Why nothing is known; empty: it is."""


class Snapshots:
    """Puts documents together from the parts that it has been given, however they were spread over reads."""

    def __init__(self) -> None:
        self._parts: dict[str, dict[int, str]] = {}
        self._sizes: dict[str, int] = {}
        self._last: tuple[str, KafkaView] | None = None

    def take(self, log: str) -> Heartbeat | None:
        """Keeps the parts in these lines; answers the last heartbeat, None where there is none."""
        last = None
        for line in log.splitlines():
            match _object(line):
                case {"view": str(digest), "round": int(number), "unknown": str(unknown)} if not digest:
                    last = Heartbeat(number, "", unknown or "it does not say why")
                case {"view": str(digest), "round": int(number)} if digest:
                    last = Heartbeat(number, digest, "")
                case {"snapshot": str(digest), "part": int(part), "of": int(size), "data": str(data)}:
                    self._sizes[digest] = size
                    self._parts.setdefault(digest, {})[part] = data
        return last

    def view(self, digest: str) -> KafkaView | None:
        """The view with this digest; None while parts of it are missing. Raises Malformed."""
        if self._last and self._last[0] == digest:
            return self._last[1]
        parts = self._parts.get(digest, {})
        numbers = range(1, self._sizes.get(digest, 0) + 1)
        if not numbers or any(number not in parts for number in numbers):
            return None
        # pydantic takes 0.2 s to import: only a run that has a snapshot to read waits for it.
        from .snapshot import parse

        view = parse(_document(digest, "".join(parts[number] for number in numbers)))
        self._last = (digest, view)
        self._parts, self._sizes = {}, {}
        return view


def _object(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line) if line.startswith("{") else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _document(digest: str, data: str) -> bytes:
    try:
        text = zlib.decompressobj().decompress(base64.b64decode(data, validate=True), _LARGEST)
    except (zlib.error, binascii.Error, ValueError) as error:
        raise Malformed(f"Kafka's view is malformed: {error}") from None
    if hashlib.sha256(text).hexdigest()[: len(digest)] != digest or len(digest) < 16:
        raise Malformed("Kafka's view is malformed: its digest is that of another one")
    return text
