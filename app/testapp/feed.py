"""The last messages of a topic, kept in memory, for any number of readers."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice


@dataclass(frozen=True)
class Message:
    """One record of the topic; `timestamp` is the broker's, in milliseconds since the epoch."""

    partition: int
    offset: int
    timestamp: int
    text: str

    def as_json(self) -> dict[str, int | str]:
        """The form that the HTTP API shows."""
        return asdict(self)


class Feed:
    """A bounded history that readers follow at their own pace.

    Readers hold a position instead of a queue, so a slow browser costs no memory: it misses what fell out of
    the history meanwhile. All methods belong to the event loop's thread.
    """

    def __init__(self, capacity: int = 1000) -> None:
        self._messages: deque[Message] = deque(maxlen=capacity)
        self._appended = 0
        self._news = asyncio.Event()
        self._closed = False

    def append(self, messages: list[Message]) -> None:
        """Add messages in the order in which the consumer received them and wake every reader."""
        self._messages.extend(messages)
        self._appended += len(messages)
        self._news.set()
        self._news = asyncio.Event()

    def close(self) -> None:
        """End every reader: at shutdown nothing else would, and browsers should go to another replica."""
        self._closed = True
        self._news.set()

    def last(self, limit: int) -> list[Message]:
        """The newest `limit` messages, oldest first."""
        return list(islice(self._messages, max(0, len(self._messages) - limit), None))

    async def follow(self, seen: Mapping[int, int]) -> AsyncGenerator[list[Message], None]:
        """Yield batches until the feed is closed: first the history, then what arrives.

        Args:
            seen: the highest offset that the reader has had, per partition; nothing up to it is repeated.
        """
        position = self._appended - len(self._messages)
        while not self._closed:
            news = self._news
            start = max(0, position - (self._appended - len(self._messages)))
            batch = [m for m in islice(self._messages, start, None) if m.offset > seen.get(m.partition, -1)]
            position = self._appended
            yield batch
            await news.wait()
