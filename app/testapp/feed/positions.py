"""Where a reader is in a topic: the last offset it has had of each partition."""

import re
from collections.abc import Mapping

# Numbers as Kafka has them: partitions in 32 bits, offsets in 64.
_PAIR = r"[0-9]{1,10}:(?:-1|[0-9]{1,19})"
_POSITION = re.compile(f"{_PAIR}(?:,{_PAIR})*")


def parse_position(text: str) -> dict[int, int] | None:
    """`"0:17,2:-1"` to {0: 17, 2: -1}, where -1 says that nothing was there.

    None for anything else, which stands for a reader without a past.
    """
    if not _POSITION.fullmatch(text):
        return None
    pairs = (pair.split(":") for pair in text.split(","))
    return {int(partition): int(offset) for partition, offset in pairs}


def format_position(seen: Mapping[int, int]) -> str:
    """The inverse of `parse_position`."""
    return ",".join(f"{partition}:{offset}" for partition, offset in sorted(seen.items()))
