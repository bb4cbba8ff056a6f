"""Limits of the test application, and the memory that it needs for them."""

from typing import Annotated

from pydantic.alias_generators import to_snake

from ..validation.checked import Checked, between
from ..validation.mistakes import OURS

OWN_MIB = 160
"""Memory of the application without any message: Python, libraries, as many connections as by default."""
DEFAULT_BROWSERS = 250
BROWSER_KIB = 200
"""Memory for a browser beyond these: what its connection holds here and in the kernel at the most."""


class AppLimits(Checked):
    """The limits of everything that would otherwise grow without bound. Sizes are in bytes."""

    max_message_bytes: Annotated[
        int, between(1, 900_000, "HDInsight's brokers take messages of up to 1,000,000 bytes")
    ] = 100_000
    max_pending_messages: Annotated[int, between(1, 100_000, OURS)] = 10_000
    max_pending_bytes: Annotated[int, between(1 << 20, 1 << 30, OURS)] = 16 << 20
    max_browsers: Annotated[int, between(1, 10_000, OURS)] = DEFAULT_BROWSERS
    history: Annotated[int, between(1, 100_000, OURS)] = 10_000
    history_bytes: Annotated[int, between(1 << 20, 1 << 30, OURS)] = 32 << 20
    slow_reader_seconds: Annotated[int, between(1, 300, OURS)] = 10

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables of the image: names of the settings in upper snake case."""
        return {to_snake(name).upper(): str(value) for name, value in self.model_dump().items()}

    @property
    def memory(self) -> str:
        """The pod's memory limit in Kubernetes' notation: twice the texts, since Python adds as much."""
        texts = 2 * (self.max_pending_bytes + self.history_bytes >> 20)
        browsers = max(0, self.max_browsers - DEFAULT_BROWSERS) * BROWSER_KIB >> 10
        return f"{OWN_MIB + texts + browsers}Mi"
