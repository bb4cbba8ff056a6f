"""What a handler gets and gives."""

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
    """One request, read. Handlers run with the cluster's lock held."""

    cluster: AmbariCluster
    parameters: Mapping[str, str]
    query: Query
    bodies: list[Body]
    user: User
    base: str
    """Where the API begins, as hrefs show it."""
    href: str
    """The request's own URL, its query decoded."""
    body_is_array: bool = False

    @property
    def views(self) -> Views:
        """The cluster's resources."""
        return Views(self.cluster, self.base, self.query)

    @property
    def body(self) -> Body:
        """The first object of the body, or an empty one."""
        return self.bodies[0] if self.bodies else Body({}, {})

    def require(self, roles: frozenset[str], message: str) -> None:
        """Raises AmbariError 403 unless the user has one of these roles."""
        if not roles.intersection(self.user.roles):
            raise AmbariError(403, message)


@dataclass(frozen=True)
class Reply:
    """Status and JSON of an answer; None for an empty one."""

    status: int = 200
    document: Any = None


Handler = Callable[[Call], Reply]
