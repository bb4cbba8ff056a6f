"""The form of the log: lines of JSON, by which a reader knows what Kafka says and that it says so now. Pure.

Every round writes a heartbeat as its last line: `{"view": DIGEST, "round": 17}` says that what was observed
just now is what the snapshot with this digest holds, and `{"view": "", "unknown": SENTENCE, "round": 18}` why
nothing is known. Rounds are counted from 1 since the process began. A snapshot precedes the first heartbeat
that names it, and is repeated, so that the log's end always has it:
`{"snapshot": DIGEST, "part": 1, "of": 3, "data": TEXT}`. The joined texts are base64 of zlib of the
document's JSON, and the digest is the first 16 hexadecimal digits of that JSON's SHA-256.
"""

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

REPEAT_SECONDS = 60.0
"""After so long a snapshot that has not changed is written again."""
INTERVAL_SECONDS = 2.0
"""From the beginning of a round to that of the next, as long as brokers answer in time."""
SHORT_INTERVAL_SECONDS = 0.5
"""The same while whoever restarts brokers waits for one to be back."""
LIVELY_SECONDS = 30.0
"""For so long after a change that may be so."""
MANY_BYTES = 24_000
LONG_INTERVAL_SECONDS = 5.0
"""The same after a round that wrote more than so many bytes: so a large cluster fills no disk."""
LONGEST_LINE = 12_000
"""Bytes. A container runtime cuts lines at 16 KiB (containerd's max_container_log_line_size)."""
LONGEST_REASON = 300
_FRAME = 150
"""Room for all of a line but its data."""


class Lines:
    """Counts the rounds, and remembers which snapshot the log has, and since when."""

    def __init__(self) -> None:
        self._rounds = 0
        self._digest = ""
        self._written_at = 0.0
        self._changed_at = 0.0

    def known(self, document: Mapping[str, Any], now: float) -> Sequence[str]:
        """The lines of a round that has observed this document. `now`: monotonic seconds."""
        text = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
        digest = hashlib.sha256(text).hexdigest()[:16]
        heartbeat = self._heartbeat({"view": digest})
        if digest == self._digest and now - self._written_at < REPEAT_SECONDS:
            return [heartbeat]
        if digest != self._digest:
            self._changed_at = now
        self._digest, self._written_at = digest, now
        return [*_parts(digest, base64.b64encode(zlib.compress(text, 9)).decode()), heartbeat]

    def unknown(self, reason: str) -> Sequence[str]:
        """The lines of a round that has not; the reason becomes one line, cut where it is long."""
        return [self._heartbeat({"view": "", "unknown": " ".join(reason.split())[:LONGEST_REASON]})]

    def seconds_between(self, written: Sequence[str], now: float) -> float:
        """From the beginning of the last round, which wrote these lines, to that of the next."""
        if sum(map(len, written)) > MANY_BYTES:
            return LONG_INTERVAL_SECONDS
        lively = bool(self._digest) and now - self._changed_at < LIVELY_SECONDS
        return SHORT_INTERVAL_SECONDS if lively else INTERVAL_SECONDS

    def _heartbeat(self, content: Mapping[str, Any]) -> str:
        self._rounds += 1
        return _line({**content, "round": self._rounds})


def _parts(digest: str, data: str) -> Sequence[str]:
    size = LONGEST_LINE - _FRAME
    pieces = [data[begin : begin + size] for begin in range(0, len(data), size)]
    return [
        _line({"snapshot": digest, "part": number, "of": len(pieces), "data": piece})
        for number, piece in enumerate(pieces, start=1)
    ]


def _line(content: Mapping[str, Any]) -> str:
    return json.dumps(content, separators=(",", ":"))
