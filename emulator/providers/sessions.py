"""The sessions of provider instances, found by the peer of a call."""

import threading

from emulator.providers.calls import Cancellation
from emulator.providers.provider import ProviderError


class Sessions:
    """The sessions of all provider instances that talk to one server.

    Calls don't say which instance they are for. But the engine makes a connection of its own for every
    instance (`plugin.NewProvider` in pulumi/pkg/v3), and the first thing that it sends on one is Handshake:
    so the peer's address identifies the instance, and a handshake ends whatever came from that port before.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_peer: dict[str, object] = {}
        self._cancellations: dict[str, Cancellation] = {}

    def begin(self, peer: str) -> None:
        """Begins a new connection, and drops what an earlier one from the same address left."""
        with self._lock:
            self._by_peer.pop(peer, None)
            self._cancellations.pop(peer, None)

    def configure(self, peer: str, session: object) -> None:
        with self._lock:
            self._by_peer[peer] = session

    def get(self, peer: str) -> object:
        """The session of the instance at `peer`. Raises ProviderError when it was never configured."""
        with self._lock:
            if peer not in self._by_peer:
                raise ProviderError("The emulator was restarted during this run: run the command again.")
            return self._by_peer[peer]

    def cancellation(self, peer: str) -> Cancellation:
        """The cancellation of all calls of the instance at `peer`, the present ones and later ones."""
        with self._lock:
            return self._cancellations.setdefault(peer, Cancellation())
