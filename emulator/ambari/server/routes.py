"""The routes of Ambari's API: their templates, handlers and allowed methods."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from emulator.ambari.handlers.calls import Handler
from emulator.ambari.handlers.reading import READERS
from emulator.ambari.handlers.writing import WRITERS
from emulator.ambari.handlers.writing_artifacts import ARTIFACT_WRITERS
from emulator.ambari.handlers.writing_hosts import HOST_WRITERS
from emulator.ambari.handlers.writing_schedules import SCHEDULE_WRITERS
from emulator.ambari.handlers.writing_users import USER_WRITERS

_C = "/clusters/{cluster}"

HANDLERS: dict[tuple[str, str], Handler] = {
    **{("GET", route): handler for route, handler in READERS.items()},
    **WRITERS,
    **HOST_WRITERS,
    **SCHEDULE_WRITERS,
    **ARTIFACT_WRITERS,
    **USER_WRITERS,
}

_ALLOWED = {
    "/clusters": "HEAD,GET,OPTIONS",
    f"{_C}/requests/{{request}}": "HEAD,GET,OPTIONS,PUT",
    f"{_C}/artifacts": "HEAD,DELETE,GET,OPTIONS,PUT",
    f"{_C}/services/{{service}}/artifacts": "HEAD,DELETE,GET,OPTIONS,PUT",
}
"""The methods that Ambari itself allows on a route, as in its Allow header."""

_UNMODELLED = frozenset(
    {"alert_definitions", "alert_groups", "alert_history", "alert_notices", "alert_targets", "blueprints"}
    | {"credentials", "groups", "kerberos_descriptors", "kerberos_identities", "ldap_sync_events"}
    | {"permissions", "persist", "privileges", "repository_versions", "rolling_upgrades", "settings"}
    | {"stack_versions", "stacks", "version_definitions", "views", "widget_layouts", "widgets", "workflows"}
)
"""Path segments of Ambari's API that the emulator does not model."""


@dataclass(frozen=True)
class Route:
    """A route's template, and the values of its placeholders."""

    template: str
    parameters: Mapping[str, str]

    def handler(self, method: str) -> Handler | None:
        """The handler of a method on this route; None when the emulator models none."""
        return HANDLERS.get((method, self.template))

    @property
    def allowed(self) -> str | None:
        """The methods that Ambari allows on this route, as in its Allow header; None where not known."""
        return _ALLOWED.get(self.template)


def find_route(path: str) -> Route | None:
    """The route of a path below /api/v1, which is still percent-encoded; None when there is none."""
    segments = path.rstrip("/").split("/")
    for template in _TEMPLATES:
        parameters = _fill(template.split("/"), segments)
        if parameters is not None:
            return Route(template, parameters)
    return None


def is_unmodelled(path: str) -> bool:
    """Whether a path belongs to a part of Ambari's API that the emulator does not model."""
    return any(segment in _UNMODELLED for segment in path.split("/"))


def _fill(template: list[str], segments: list[str]) -> dict[str, str] | None:
    if len(template) != len(segments):
        return None
    parameters = {}
    for pattern, segment in zip(template, segments, strict=True):
        if pattern.startswith("{"):
            parameters[pattern[1:-1]] = unquote(segment)
        elif pattern != segment:
            return None
    return parameters


# Literal segments before placeholders: "configurations/service_config_versions" is no configuration's name.
_TEMPLATES = sorted({template for _, template in HANDLERS}, key=lambda template: template.count("{"))
