"""Errors: what Azure refuses, and what the emulator does not model."""


class Refused(Exception):
    """Azure's answer to a request that breaks one of its rules: HTTP status, error code, message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        # The form in which azure-native shows an error of the resource manager (pkg/azure, newResponseError).
        super().__init__(f'Status={status} Code="{code}" Message="{message}"')
        self.status = status
        self.code = code
        self.message = message


class NotModelled(Exception):
    """A request for something that Azure has and the emulator lacks; the message names it."""

    def __init__(self, what: str) -> None:
        super().__init__(f"not modelled by the emulator: {what}")


def not_found(kind: str, resource_id: str) -> Refused:
    """404 for a resource that a request needs. `kind` as in ARM, e.g. Microsoft.Network/virtualNetworks."""
    return Refused(404, "ResourceNotFound", f"The Resource '{kind}' under id '{resource_id}' was not found.")
