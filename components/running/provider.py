"""What the dynamic providers of this program have in common."""

from __future__ import annotations

from pulumi.dynamic import ConfigureRequest, ResourceProvider

from .engine import end_with_engine


class OwnProvider(ResourceProvider):
    """Ends with its engine. It serves up to four calls at a time: nothing of a single call is kept on it."""

    serialize_as_secret_always = False
    """Nothing in it is secret, and it is pickled by reference: state holds its import path, no more."""

    configuration: ConfigureRequest | None = None
    """The stack's; None until the engine has handed it over."""

    def configure(self, req: ConfigureRequest) -> None:
        self.configuration = req
        end_with_engine()
