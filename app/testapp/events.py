"""Server-sent events (HTML Living Standard, section 9.2) whose position survives a reconnect."""

import json
import re
from collections.abc import AsyncIterator, Mapping

from testapp.feed import Feed, Message

_POSITION = re.compile(r"\d+:\d+(,\d+:\d+)*")


async def event_stream(feed: Feed, last_event_id: str) -> AsyncIterator[str]:
    """The feed as an endless text/event-stream.

    Each event's id is the reader's position in every partition. A browser that lost its connection sends the
    last one back (Last-Event-ID) and goes on exactly there, whichever replica answers it.
    """
    seen = parse_position(last_event_id)
    yield ": connected\n\n"
    async for batch in feed.follow(dict(seen)):
        for message in batch:
            seen[message.partition] = max(message.offset, seen.get(message.partition, -1))
            yield _event(message, seen)


def parse_position(text: str) -> dict[int, int]:
    """`"0:17,2:4"` to {0: 17, 2: 4}; anything else is no position, and the whole history is sent."""
    if not _POSITION.fullmatch(text):
        return {}
    pairs = (pair.split(":") for pair in text.split(","))
    return {int(partition): int(offset) for partition, offset in pairs}


def format_position(seen: Mapping[int, int]) -> str:
    """The inverse of `parse_position`."""
    return ",".join(f"{partition}:{offset}" for partition, offset in sorted(seen.items()))


def _event(message: Message, seen: Mapping[int, int]) -> str:
    return f"id: {format_position(seen)}\ndata: {json.dumps(message.as_json())}\n\n"
