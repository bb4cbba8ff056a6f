"""The interface of handlers: they get a Call and return a Reply."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.ambari.cluster.cluster import AmbariCluster
from emulator.ambari.cluster.records import User
from emulator.ambari.errors import AmbariError
from emulator.ambari.handlers.bodies import Body
from emulator.ambari.query.query import Query
from emulator.ambari.views.views import Views


@dataclass(frozen=True)
class Call:
    """An HTTP request, parsed, for its handler. Handlers run with the cluster's lock held.

    Not named Request, which in Ambari is a background operation.
    """

    cluster: AmbariCluster
    parameters: Mapping[str, str]
    """The values of the route's placeholders, such as "host"."""
    query: Query
    bodies: list[Body]
    user: User
    base: str
    """The API's URL as hrefs show it, ending in /api/v1."""
    href: str
    """The request's own URL, its query decoded."""
    body_is_array: bool = False

    @property
    def views(self) -> Views:
        """The cluster's state as resources, for this request."""
        return Views(self.cluster, self.base, self.query)

    @property
    def body(self) -> Body:
        """The first object of the body, or an empty one."""
        return self.bodies[0] if self.bodies else Body({}, {})

    def require(self, roles: frozenset[str], message: str) -> None:
        """Raises AmbariError 403 with `message` unless the user has one of these roles."""
        if not roles.intersection(self.user.roles):
            raise AmbariError(403, message)


@dataclass(frozen=True)
class Reply:
    """The status and the JSON document of a response; without a document its body is empty."""

    status: int = 200
    document: Any = None


Handler = Callable[[Call], Reply]

NO_PERMISSION = "You do not have permissions to access this resource."
"""The message of Spring Security's 403, by which Ambari guards artifacts and users."""
