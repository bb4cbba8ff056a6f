"""Ambari's error responses, with the server's own status codes and messages."""

_SPI = "org.apache.ambari.server.controller.spi"


class AmbariError(Exception):
    """An error response by Ambari's own code: `{"status": ..., "message": ...}`.

    To a PUT or DELETE, 2.7.3 puts the Java exception's class before the message.
    """

    def __init__(self, status: int, message: str, java_class: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.java_class = java_class


class ContainerError(AmbariError):
    """An error response by Spring Security or Jetty, around Ambari's code; the message is the reason phrase.

    Exceptions that Ambari does not catch become 500 "Server Error" here: for a null property, a tag longer
    than its column, a body of another shape.
    """

    def __init__(self, status: int = 500, message: str = "Server Error") -> None:
        super().__init__(status, message)


class NotModelledError(AmbariError):
    """The 501 of the emulator, for a request that Ambari accepts and the emulator does not model."""

    def __init__(self, what: str) -> None:
        super().__init__(501, f"not modelled by the emulator: {what}")


def internal(message: str) -> AmbariError:
    """500 for what Ambari calls a SystemException, though it is often the client's mistake."""
    return AmbariError(500, f"An internal system exception occurred: {message}", f"{_SPI}.SystemException")


def illegal_argument(message: str) -> AmbariError:
    """400 for a value that is not allowed."""
    return AmbariError(400, message, "java.lang.IllegalArgumentException")


def missing(message: str) -> AmbariError:
    """404 for a resource that does not exist."""
    return AmbariError(404, message, f"{_SPI}.NoSuchResourceException")


def unsupported_properties(names: list[str], resource_type: str) -> AmbariError:
    """400 for property names that a resource type does not have."""
    return AmbariError(
        400,
        f"The properties [{', '.join(names)}] specified in the request or predicate "
        f"are not supported for the resource type {resource_type}.",
        f"{_SPI}.UnsupportedPropertyException",
    )
