"""Serves a `Provider` to the Pulumi engine, over the ResourceProvider protocol.

The engine attaches to a provider that runs already when PULUMI_DEBUG_PROVIDERS names its port.
"""

from concurrent.futures import ThreadPoolExecutor

import grpc

from emulator.providers.protocol import handlers
from emulator.providers.provider import Provider

# A create may last minutes; the engine has as many in flight as the stack's graph allows.
_THREADS = 64
_LARGEST_MESSAGE = 400 << 20  # bytes, as in pulumi's own servers


class ProviderServer:
    """Serves one provider on one port of the loopback interface."""

    def __init__(self, provider: Provider, port: int = 0) -> None:
        """Port 0: a free one is chosen. Raises RuntimeError when the port is taken."""
        self._server = grpc.server(
            ThreadPoolExecutor(_THREADS, thread_name_prefix=provider.name),
            handlers=[handlers(provider)],
            options=[
                ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
                ("grpc.max_send_message_length", _LARGEST_MESSAGE),
                ("grpc.so_reuseport", 0),
            ],
        )
        self.port: int = self._server.add_insecure_port(f"127.0.0.1:{port}")

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        """Refuses new calls, cancels running ones, and returns when the port is free."""
        self._server.stop(grace=None).wait()
