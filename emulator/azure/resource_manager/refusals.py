"""Errors: what Azure refuses, and what the emulator does not model."""

import json


class Refused(Exception):
    """Azure's answer to a request that breaks one of its rules: HTTP status, error code, message.

    bare: whether the answer's body is `{"code", "message"}`, without an `error` around them.
    """

    def __init__(self, status: int, code: str, message: str, *, bare: bool = False) -> None:
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message
        self.bare = bare

    def __str__(self) -> str:
        """As azure-native shows it (newResponseError in its pkg/azure): a bare body as a whole."""
        body = json.dumps({"code": self.code, "message": self.message}, separators=(",", ":"))
        return f'Status={self.status} Code="{self.code}" Message="{body if self.bare else self.message}"'


class NotModelled(Exception):
    """A request for something that Azure has and the emulator lacks; the message names it."""

    def __init__(self, what: str) -> None:
        super().__init__(f"not modelled by the emulator: {what}")


def not_found(kind: str, resource_id: str) -> Refused:
    """404 for a resource that a request needs. `kind` as in ARM, e.g. Microsoft.Network/virtualNetworks."""
    return Refused(404, "ResourceNotFound", f"The Resource '{kind}' under id '{resource_id}' was not found.")
