"""Ambari's refusals: status and message as the server words them."""

_SPI = "org.apache.ambari.server.controller.spi"


class AmbariError(Exception):
    """A refusal by Ambari's own code: `{"status": ..., "message": ...}`.

    2.7.3 puts the Java exception's class before the message when the request was a PUT or DELETE.
    """

    def __init__(self, status: int, message: str, java_class: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.java_class = java_class


class ContainerError(AmbariError):
    """A refusal by what surrounds Ambari's code (Spring Security, Jetty); its message is the reason phrase.

    An exception that Ambari does not expect ends here too, as 500 "Server Error": a null property, a tag
    longer than its column, a body of another shape.
    """

    def __init__(self, status: int = 500, message: str = "Server Error") -> None:
        super().__init__(status, message)


class NotModelledError(AmbariError):
    """Ambari would do something here that the emulator does not know how to do."""

    def __init__(self, what: str) -> None:
        super().__init__(501, f"not modelled by the emulator: {what}")


def internal(message: str) -> AmbariError:
    """What Ambari calls a SystemException. It is often the user's mistake."""
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
