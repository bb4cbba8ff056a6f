"""JSON over HTTPS, as the APIs of forges speak it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

_SECONDS = 30


class ForgeRefused(Exception):
    """The forge did not do what it was asked; the message has its answer, and no token."""


def ask(method: str, url: str, headers: Mapping[str, str], body: Any = None) -> Any:
    """Sends a request with a JSON body, and answers the JSON that comes back. Raises ForgeRefused.

    The body's type is application/json where `headers` have no other.
    """
    data = None if body is None else json.dumps(body).encode()
    sent = {"Content-Type": "application/json", **headers}
    request = urllib.request.Request(url, data=data, headers=sent, method=method)
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        said = error.read().decode(errors="replace")[:500]
        raise ForgeRefused(f"{method} {url} was answered with {error.code}: {said}") from error
    except (OSError, ValueError) as error:
        raise ForgeRefused(f"{method} {url} failed: {error}") from error
