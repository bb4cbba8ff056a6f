"""Sends JSON requests over HTTPS to the APIs of forges."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

_SECONDS = 30


class ForgeRefused(Exception):
    """A request to a forge failed; the message has its answer, without the token."""


def exit_status(requests: Callable[[], None]) -> int:
    """Calls a function that sends requests. Returns 0, or 1 after printing why the forge refused one.

    A ValueError, of a text that can't be posted, is printed likewise.
    """
    try:
        requests()
    except (ForgeRefused, ValueError) as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


def ask(method: str, url: str, headers: Mapping[str, str], body: Any = None) -> Any:
    """Sends a request with a JSON body, and returns the JSON of the answer. Raises ForgeRefused.

    The content type is application/json unless `headers` set another.
    """
    data = None if body is None else json.dumps(body).encode()
    sent = {"Content-Type": "application/json", **headers}
    request = urllib.request.Request(url, data=data, headers=sent, method=method)
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        content = error.read().decode(errors="replace")[:500]
        raise ForgeRefused(f"{method} {url} was answered with {error.code}: {content}") from error
    except (OSError, ValueError) as error:
        raise ForgeRefused(f"{method} {url} failed: {error}") from error
