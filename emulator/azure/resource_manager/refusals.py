"""Exceptions for what Azure refuses, and for what the emulator does not model."""

import json


class Refused(Exception):
    """Azure's response to a request that breaks one of its rules: HTTP status, error code, message.

    bare: whether the body is `{"code": ..., "message": ...}`, without the usual `error` object around it.
    """

    def __init__(self, status: int, code: str, message: str, *, bare: bool = False) -> None:
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message
        self.bare = bare

    def __str__(self) -> str:
        """The text that azure-native shows, which contains a bare body as a whole.

        See newResponseError in its pkg/azure.
        """
        body = json.dumps({"code": self.code, "message": self.message}, separators=(",", ":"))
        return f'Status={self.status} Code="{self.code}" Message="{body if self.bare else self.message}"'


class NotModelled(Exception):
    """A request for something that Azure has and the emulator has not; the message names it."""

    def __init__(self, what: str) -> None:
        super().__init__(f"not modelled by the emulator: {what}")


def not_found(kind: str, resource_id: str) -> Refused:
    """The 404 for a resource that doesn't exist. `kind` as in ARM, e.g. Microsoft.Network/virtualNetworks."""
    return Refused(404, "ResourceNotFound", f"The Resource '{kind}' under id '{resource_id}' was not found.")
