"""What the pod of Kafka's view writes, by the contract between pod and reader."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from typing import Any


def snapshot(document: dict[str, Any], size: int = 40) -> tuple[str, list[str]]:
    """Its digest, and its lines, each with `size` characters of the data at most."""
    text = json.dumps(document).encode()
    digest = hashlib.sha256(text).hexdigest()[:16]
    data = base64.b64encode(zlib.compress(text)).decode()
    parts = [data[begin : begin + size] for begin in range(0, len(data), size)]
    return digest, [
        json.dumps({"snapshot": digest, "part": number, "of": len(parts), "data": part})
        for number, part in enumerate(parts, start=1)
    ]
