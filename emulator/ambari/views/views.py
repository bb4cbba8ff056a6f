"""The cluster's state as resources of the API. Callers hold the cluster's lock."""

from collections import Counter
from typing import Any

from emulator.ambari.cluster.cluster import AmbariCluster
from emulator.ambari.cluster.metrics import COMPONENT as METRICS_COMPONENT
from emulator.ambari.cluster.records import Configuration, Host, HostComponent, User
from emulator.ambari.cluster.stack import COMPONENTS
from emulator.ambari.cluster.users import ADMINISTRATOR
from emulator.ambari.query import resource_types as types
from emulator.ambari.query.query import Query
from emulator.ambari.query.resources import Resource
from emulator.ambari.views.request_views import request_view, schedule_view

STACK_VERSION = "2.6.5.3-4"
_NO_ALERTS = {"CRITICAL": 0, "MAINTENANCE": 0, "OK": 0, "UNKNOWN": 0, "WARNING": 0}


class Views:
    """The resources of one cluster. The query is for metrics only, since their time windows are in it."""

    def __init__(self, cluster: AmbariCluster, base: str = "", query: Query | None = None) -> None:
        self._cluster = cluster
        self._base = base
        self._query = query or Query()
        self._path = f"/clusters/{cluster.name}"

    def cluster(self) -> Resource:
        """The cluster itself."""
        desired = self._cluster.configurations.desired()
        values = {
            "Clusters/cluster_id": 2,
            "Clusters/cluster_name": self._cluster.name,
            "Clusters/health_report": self._health_report(),
            "Clusters/provisioning_state": "INSTALLED",
            "Clusters/security_type": self._security_type(),
            "Clusters/total_hosts": len(self._cluster.topology.hosts()),
            "Clusters/version": self._cluster.stack,
            "Clusters/credential_store_properties": {
                "storage.persistent": "false",
                "storage.temporary": "true",
            },
            "Clusters/desired_configs": {
                name: {"tag": item.tag, "version": item.version} for name, item in desired.items()
            },
            "alerts_summary": _NO_ALERTS,
            "alerts_summary_hosts": {"CRITICAL": 0, "OK": 0, "UNKNOWN": 0, "WARNING": 0},
        }
        children = {
            "services": self.services,
            "hosts": self.hosts,
            "requests": self.requests,
            "artifacts": lambda: self.artifacts(""),
            "config_groups": self.config_groups,
            "alerts": list,
        }
        return Resource(types.CLUSTER, self._path, values, children)

    def _security_type(self) -> str:
        """KERBEROS or NONE, from `cluster-env`; Ambari is believed to change both together."""
        environment = self._cluster.configurations.desired().get("cluster-env")
        secured = environment is not None and environment.properties.get("security_enabled") == "true"
        return "KERBEROS" if secured else "NONE"

    def services(self) -> list[Resource]:
        """All services."""
        return [self.service(name) for name in self._cluster.topology.services()]

    def service(self, name: str) -> Resource:
        """One service."""
        topology = self._cluster.topology
        info = {
            "cluster_name": self._cluster.name,
            "credential_store_enabled": "false",
            "credential_store_supported": "false",
            "desired_repository_version_id": 1,
            "desired_stack": stack_id(self._cluster.stack),
            "kerberos_enabled": False,
            "maintenance_state": topology.service_maintenance(name),
            "repository_state": "NOT_REQUIRED",
            "service_name": name,
            "sso_integration_desired": False,
            "sso_integration_enabled": False,
            "sso_integration_requires_kerberos": False,
            "sso_integration_supported": False,
            "state": topology.service_state(name),
        }
        values = _in_category("ServiceInfo", info) | {"alerts_summary": _NO_ALERTS}
        children = {
            "alerts": list,
            "components": lambda: [item for item in self.components() if _service_of(item) == name],
            "artifacts": lambda: self.artifacts(name),
        }
        return Resource(types.SERVICE, f"{self._path}/services/{name}", values, children)

    def components(self, *, below_services: bool = True) -> list[Resource]:
        """The components of all services, each with its host components."""
        names = {item.component for item in self._cluster.topology.components()}
        return [self.component(name, below_services=below_services) for name in sorted(names)]

    def component(self, name: str, *, below_services: bool = True) -> Resource:
        """One component of a service."""
        component = COMPONENTS[name]
        items = [item for item in self._cluster.topology.components() if item.component == name]
        states = Counter(item.state for item in items)
        info = {
            "category": component.category,
            "cluster_name": self._cluster.name,
            "component_name": name,
            "desired_stack": self._cluster.stack,
            "desired_version": STACK_VERSION,
            "display_name": component.display_name,
            "init_count": states["INIT"],
            "install_failed_count": 0,
            "installed_and_maintenance_off_count": sum(
                item.state == "INSTALLED" and self._cluster.topology.effective_maintenance(item) == "OFF"
                for item in items
            ),
            "installed_count": states["INSTALLED"],
            "recovery_enabled": "false",
            "repository_state": "NOT_REQUIRED",
            "service_name": component.service,
            "started_count": states["STARTED"],
            "state": "STARTED" if component.category == "MASTER" else "INSTALLED",
            "total_count": len(items),
            "unknown_count": states["UNKNOWN"],
        }
        parent = f"{self._path}/services/{component.service}" if below_services else self._path
        children = {"host_components": lambda: [self.host_component(item) for item in items]}
        values = _in_category("ServiceComponentInfo", info)
        collector = self._cluster.collector
        metrics = collector.metrics_category(self._query) if collector and name == METRICS_COMPONENT else {}
        values |= {"metrics": metrics} if metrics else {}
        return Resource(types.COMPONENT, f"{parent}/components/{name}", values, children)

    def hosts(self, *, below_cluster: bool = True) -> list[Resource]:
        """All hosts."""
        return [self.host(host, below_cluster=below_cluster) for host in self._cluster.topology.hosts()]

    def host(self, host: Host, *, below_cluster: bool = True) -> Resource:
        """One host."""
        info = {
            "cluster_name": self._cluster.name,
            "host_name": host.name,
            "host_state": "HEARTBEAT_LOST" if host.heartbeat_lost else "HEALTHY",
            "host_status": "UNKNOWN" if host.heartbeat_lost else "HEALTHY",
            "ip": host.ip,
            "last_heartbeat_time": host.last_heartbeat,
            "maintenance_state": host.maintenance,
            "public_host_name": host.name,
            "rack_info": host.rack,
        }
        items = self._cluster.topology.components(host.name)
        children = {"host_components": lambda: [self.host_component(item) for item in items]}
        parent = self._path if below_cluster else ""
        return Resource(types.HOST, f"{parent}/hosts/{host.name}", _in_category("Hosts", info), children)

    def host_components(self, host: str | None = None) -> list[Resource]:
        """The host components of all hosts, or of one."""
        return [self.host_component(item) for item in self._cluster.topology.components(host)]

    def host_component(self, item: HostComponent) -> Resource:
        """One host component."""
        info = {
            "cluster_name": self._cluster.name,
            "component_name": item.component,
            "desired_repository_version": STACK_VERSION,
            "desired_stack_id": self._cluster.stack,
            "desired_state": item.desired_state,
            "display_name": COMPONENTS[item.component].display_name,
            "host_name": item.host,
            "maintenance_state": self._cluster.topology.effective_maintenance(item),
            "public_host_name": item.host,
            "reload_configs": False,
            "service_name": item.service,
            "stale_configs": item.stale,
            "state": item.state,
            "upgrade_state": "NONE",
            "version": "UNKNOWN",
            "actual_configs": {},
        }
        host = f"{self._path}/hosts/{item.host}"
        return Resource(
            types.HOST_COMPONENT,
            f"{host}/host_components/{item.component}",
            _in_category("HostRoles", info) | {"processes": []},
            {"component": lambda: [self.component(item.component)]},
            {"host": host},
        )

    def requests(self) -> list[Resource]:
        """All requests (background operations), oldest first."""
        return [request_view(self._cluster.name, item) for item in self._cluster.execution.requests()]

    def request_schedules(self) -> list[Resource]:
        """All request schedules."""
        return [schedule_view(self._cluster.name, item) for item in self._cluster.schedules.all()]

    def configurations(self, *, with_properties: bool) -> list[Resource]:
        """All versions of all configuration types."""
        return [
            self._configuration(item, with_properties=with_properties)
            for item in self._cluster.configurations.all()
        ]

    def service_config_versions(self) -> list[Resource]:
        """All versions of all services' configurations."""
        found = []
        for version in self._cluster.configurations.service_versions():
            values = {
                "cluster_name": self._cluster.name,
                "configurations": [
                    self._whole(item) for item in self._cluster.configurations.version_configurations(version)
                ],
                "createtime": version.created,
                "group_id": -1 if version.group is None else version.group,
                "group_name": version.group_name,
                "hosts": version.hosts,
                "is_cluster_compatible": True,
                "is_current": version.current,
                "service_config_version": version.version,
                "service_config_version_note": version.note,
                "service_name": version.service,
                "stack_id": self._cluster.stack,
                "user": version.user,
            }
            path = version_path(self._cluster.name, version.service, version.version)
            found.append(Resource(types.SERVICE_CONFIG_VERSION, path, values))
        return found

    def config_groups(self) -> list[Resource]:
        """All config groups."""
        found = []
        for group in self._cluster.configurations.groups():
            base = self._base + self._path
            configs = [
                {"tag": tag, "href": f"{base}/configurations?type={name}&tag={tag}", "type": name}
                for name, tag in group.types.items()
            ]
            info = {
                "cluster_name": self._cluster.name,
                "description": group.description,
                "desired_configs": configs,
                "group_name": group.name,
                "hosts": [{"href": f"{base}/hosts/{name}", "host_name": name} for name in group.hosts],
                "id": group.id,
                "tag": group.service,
            }
            path = f"{self._path}/config_groups/{group.id}"
            found.append(Resource(types.CONFIG_GROUP, path, _in_category("ConfigGroup", info)))
        return found

    def artifacts(self, service: str) -> list[Resource]:
        """The artifacts of a service, or of the cluster ("")."""
        parent = f"{self._path}/services/{service}" if service else self._path
        info = {"cluster_name": self._cluster.name} | ({"service_name": service} if service else {})
        return [
            Resource(
                types.ARTIFACT,
                f"{parent}/artifacts/{item.name}",
                _in_category("Artifacts", {"artifact_name": item.name} | info) | {"artifact_data": item.data},
            )
            for item in self._cluster.artifacts.all(service)
        ]

    def users(self) -> list[Resource]:
        """All users."""
        return [self.user(user) for user in self._cluster.users.all()]

    def user(self, user: User) -> Resource:
        """One user."""
        info = {
            "active": user.active,
            "admin": ADMINISTRATOR in user.roles,
            "consecutive_failures": user.failures,
            "created": user.created,
            "display_name": user.name,
            "groups": [],
            "ldap_user": False,
            "local_user_name": user.name,
            "user_name": user.name,
            "user_type": "LOCAL",
        }
        path = f"/users/{user.name}"
        return Resource(
            types.USER,
            path,
            _in_category("Users", info),
            {"privileges": lambda: self._privileges(user, path)},
        )

    def _privileges(self, user: User, path: str) -> list[Resource]:
        found = []
        for number, role in enumerate(user.roles, start=1):
            info = {"permission_name": role, "privilege_id": number, "user_name": user.name}
            if role != ADMINISTRATOR:
                info["cluster_name"] = self._cluster.name
            values = _in_category("PrivilegeInfo", info)
            found.append(Resource(types.PRIVILEGE, f"{path}/privileges/{number}", values))
        return found

    def _configuration(self, item: Configuration, *, with_properties: bool) -> Resource:
        values: dict[str, Any] = {
            "tag": item.tag,
            "type": item.type,
            "version": item.version,
            "Config/cluster_name": self._cluster.name,
            "Config/stack_id": self._cluster.stack,
        }
        if with_properties:
            values["properties"] = item.properties
            if item.attributes:
                values["properties_attributes"] = item.attributes
        path = f"{self._path}/configurations?type={item.type}&tag={item.tag}"
        return Resource(types.CONFIGURATION, path, values)

    def _whole(self, item: Configuration) -> dict[str, Any]:
        return {
            "Config": {"cluster_name": self._cluster.name, "stack_id": self._cluster.stack},
            "type": item.type,
            "tag": item.tag,
            "version": item.version,
            "properties": item.properties,
            "properties_attributes": item.attributes,
        }

    def _health_report(self) -> dict[str, int]:
        hosts = self._cluster.topology.hosts()
        stale = {item.host for item in self._cluster.topology.components() if item.stale}
        lost = sum(host.heartbeat_lost for host in hosts)
        return {
            "Host/stale_config": len(stale),
            "Host/maintenance_state": sum(host.maintenance == "ON" for host in hosts),
            "Host/host_state/HEALTHY": len(hosts) - lost,
            "Host/host_state/UNHEALTHY": 0,
            "Host/host_state/HEARTBEAT_LOST": lost,
            "Host/host_state/INIT": 0,
            "Host/host_status/HEALTHY": len(hosts) - lost,
            "Host/host_status/UNHEALTHY": 0,
            "Host/host_status/UNKNOWN": lost,
            "Host/host_status/ALERT": 0,
        }


def stack_id(stack: str) -> dict[str, str]:
    """A stack such as "HDP-2.6" as an object with its name and version."""
    name, _, version = stack.partition("-")
    return {"stackName": name, "stackVersion": version, "stackId": stack}


def version_path(cluster: str, service: str, version: int) -> str:
    """The path of a version of a service's configuration."""
    query = f"service_name={service}&service_config_version={version}"
    return f"/clusters/{cluster}/configurations/service_config_versions?{query}"


def _in_category(category: str, info: dict[str, Any]) -> dict[str, Any]:
    return {f"{category}/{name}": value for name, value in info.items()}


def _service_of(component: Resource) -> str:
    return component.values["ServiceComponentInfo/service_name"]
