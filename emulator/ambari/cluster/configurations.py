"""Configurations: their versions and tags, which of them are desired, and config groups.

Source: AmbariManagementControllerImpl.updateCluster and ClusterImpl.applyConfigs of Apache Ambari 2.7.3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from emulator.ambari.cluster.records import (
    ConfigGroup,
    Configuration,
    ServiceVersion,
    Table,
    now_milliseconds,
)
from emulator.ambari.cluster.stack import SERVICES, service_of_type
from emulator.ambari.errors import illegal_argument, internal, missing
from emulator.store import Store


@dataclass(frozen=True)
class DesiredConfig:
    """One element of a request's desired_config: a configuration type with its new tag and properties."""

    type: str
    tag: str
    properties: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    note: str | None = None


@dataclass(frozen=True)
class Change:
    """The result of a change of the desired configurations."""

    types: list[str]
    """The types whose desired tag changed."""
    created: list[Configuration]
    version: ServiceVersion | None
    """The new version of the service's configuration; None where nothing changed, or no service owns it."""


class Configurations:
    """All configurations of one cluster. Not thread-safe: the cluster's lock guards it."""

    def __init__(self, store: Store, initial: Mapping[str, Mapping[str, str]]) -> None:
        self._all = Table(store, "configuration", Configuration)
        self._desired = Table(store, "desired", dict[str, str])
        self._versions = Table(store, "service-version", ServiceVersion)
        self._groups = Table(store, "config-group", ConfigGroup)
        if not self._all.all():
            self._create_initial(initial)

    def all(self, config_type: str | None = None) -> list[Configuration]:
        """All stored configurations, or those of one type, sorted by type and version."""
        found = [item for item in self._all.all() if config_type in (None, item.type)]
        return sorted(found, key=lambda item: (item.type, item.version))

    def find(self, config_type: str, tag: str) -> Configuration | None:
        """The configuration with this type and tag, or None."""
        return self._all.get(f"{config_type}/{tag}")

    def desired(self) -> dict[str, Configuration]:
        """The cluster's desired configurations by type, without those of config groups."""
        tags = self._desired.get("types") or {}
        return {name: self._existing(name, tags[name]) for name in sorted(tags)}

    def for_host(self, host: str) -> dict[str, dict[str, str]]:
        """The properties by type that a host's agent gets: the desired ones, overridden by config groups."""
        properties = {name: dict(item.properties) for name, item in self.desired().items()}
        for group in self._groups.all():
            if host in group.hosts:
                for name, tag in group.types.items():
                    properties.setdefault(name, {}).update(self._existing(name, tag).properties)
        return properties

    def service_versions(self) -> list[ServiceVersion]:
        """All versions of all services' configurations, sorted by service and version."""
        return sorted(self._versions.all(), key=lambda item: (item.service, item.version))

    def version_configurations(self, version: ServiceVersion) -> list[Configuration]:
        """The configurations that make up a service's version."""
        return [self._existing(name, tag) for name, tag in version.types.items()]

    def groups(self) -> list[ConfigGroup]:
        """All config groups."""
        return self._groups.all()

    def store(self, config_type: str, tag: str, properties: Mapping[str, str]) -> Configuration:
        """Stores a configuration without making it desired. Raises AmbariError when the tag exists."""
        return self._create(DesiredConfig(config_type, tag, properties))

    def set_desired(self, wanted: Sequence[DesiredConfig], user: str) -> Change:
        """Makes configurations desired, together in one new version of their service's configuration.

        When none of them differs from the desired one, nothing changes: even a new tag is not stored.
        Raises AmbariError for a tag that exists with other properties, and for types of two services.
        """
        if not any(self._differs(item) for item in wanted):
            return Change([], [], None)
        services = {service for item in wanted if (service := service_of_type(item.type))}
        if len(services) > 1:
            raise _types_of_two_services(wanted)
        created = [
            self._create(item) for item in wanted if item.properties or not self.find(item.type, item.tag)
        ]
        tags = {item.type: item.tag for item in wanted}
        note = wanted[-1].note
        return self._make_desired(tags, created, next(iter(services), None), user, note)

    def revert(self, service: str, version: int, user: str, note: str | None) -> Change:
        """Makes an older version of a service desired again, as a new version. Raises AmbariError 404."""
        old = self._versions.get(f"{service}/{version}")
        if old is None:
            raise missing(
                "The specified resource doesn't exist: "
                # Ambari's own format string is broken: it never fills in these braces.
                "Service config version with serviceName={} and version={} not found"
            )
        return self._make_desired(dict(old.types), [], service, user, note)

    def add_group(self, group: ConfigGroup, wanted: Sequence[DesiredConfig], user: str) -> None:
        """Adds a config group, whose types are a new version of its service's configuration."""
        for item in wanted:
            self._create(item)
        self._groups.save(str(group.id), group)
        self._save_version(
            ServiceVersion(
                group.service,
                self._next_version(group.service),
                user,
                None,
                now_milliseconds(),
                dict(group.types),
                group=group.id,
                group_name=group.name,
                hosts=list(group.hosts),
            )
        )

    def delete_group(self, group_id: int) -> ConfigGroup:
        """Removes a config group. Raises AmbariError 404."""
        group = self._groups.get(str(group_id))
        if group is None:
            raise missing(f"Config group not found, clusterName, groupId = {group_id}")
        self._groups.delete(str(group_id))
        for version in self._versions.all():
            if version.group == group_id and version.current:
                version.current = False
                self._save_version(version)
        return group

    def _create_initial(self, initial: Mapping[str, Mapping[str, str]]) -> None:
        # Clusters are created from a blueprint, which stores every type twice: as given, and with host names.
        for tag in ("INITIAL", "TOPOLOGY_RESOLVED"):
            for name, properties in initial.items():
                self._create(DesiredConfig(name, tag, properties))
            for service in SERVICES.values():
                types = {name: tag for name in initial if name in service.types}
                user = "admin" if tag == "INITIAL" else "internal"
                self._make_desired(types, [], service.name, user, None)
        self._desired.save("types", dict.fromkeys(initial, "TOPOLOGY_RESOLVED"))

    def _existing(self, config_type: str, tag: str) -> Configuration:
        found = self.find(config_type, tag)
        if found is None:
            raise LookupError(f"the store has lost configuration {config_type} {tag}")
        return found

    def _differs(self, item: DesiredConfig) -> bool:
        current = self.desired().get(item.type)
        if current is None:
            return True
        if not item.properties:
            existing = self.find(item.type, item.tag)
            if existing is not None and existing.tag != current.tag:
                return True
        return item.properties != current.properties or item.attributes != current.attributes

    def _create(self, item: DesiredConfig) -> Configuration:
        if self.find(item.type, item.tag):
            raise internal(f"Configuration with tag '{item.tag}' exists for '{item.type}'")
        version = max((other.version for other in self.all(item.type)), default=0) + 1
        attributes = {name: dict(values) for name, values in item.attributes.items()}
        created = Configuration(item.type, item.tag, version, dict(item.properties), attributes)
        self._all.save(f"{item.type}/{item.tag}", created)
        return created

    def _make_desired(
        self,
        tags: dict[str, str],
        created: list[Configuration],
        service: str | None,
        user: str,
        note: str | None,
    ) -> Change:
        before = self._desired.get("types") or {}
        changed = [name for name, tag in tags.items() if before.get(name) != tag]
        self._desired.save("types", before | tags)
        if service is None or not changed:
            return Change(changed, created, None)
        owned = {name: tag for name, tag in (before | tags).items() if name in SERVICES[service].types}
        version = ServiceVersion(service, self._next_version(service), user, note, now_milliseconds(), owned)
        for older in self._versions.all():
            if older.service == service and older.group is None and older.current:
                older.current = False
                self._save_version(older)
        self._save_version(version)
        return Change(changed, created, version)

    def _next_version(self, service: str) -> int:
        return sum(1 for version in self._versions.all() if version.service == service) + 1

    def _save_version(self, version: ServiceVersion) -> None:
        self._versions.save(f"{version.service}/{version.version}", version)


def _types_of_two_services(wanted: Sequence[DesiredConfig]) -> Exception:
    owners = {item.type: service_of_type(item.type) for item in wanted}
    owned = [(name, owner) for name, owner in owners.items() if owner]
    first = owned[0][1]
    name, other = next((name, owner) for name, owner in owned if owner != first)
    return illegal_argument(f"Config type {name} belongs to {first} service, but also qualified for {other}")
