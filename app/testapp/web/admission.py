"""How much is taken in at a time."""


class Admission:
    """Counts what was taken in and is not settled yet, in number and bytes; belongs to the event loop."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self.number = 0
        self.bytes = 0

    def enter(self, size: int) -> bool:
        """Take in one of `size` bytes at most, if there is room for it."""
        if self.number >= self._most or self.bytes + size > self._most_bytes:
            return False
        self.number += 1
        self.bytes += size
        return True

    def leave(self, size: int) -> None:
        """It is settled; `size` as when it entered."""
        self.number -= 1
        self.bytes -= size
