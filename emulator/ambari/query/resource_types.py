"""The resource types that are modelled, with the properties that they have in Ambari 2.7.3."""

from emulator.ambari.query.resources import ResourceType


def _ids(category: str, names: str) -> frozenset[str]:
    return frozenset(f"{category}/{name}" for name in names.split())


CLUSTER = ResourceType(
    "Cluster",
    ("Clusters/cluster_name",),
    _ids(
        "Clusters",
        "cluster_id cluster_name credential_store_properties desired_configs health_report "
        "provisioning_state security_type total_hosts version",
    )
    | {"alerts_summary", "alerts_summary_hosts"},
    ("services", "hosts", "requests", "artifacts", "config_groups", "alerts"),
)
SERVICE = ResourceType(
    "Service",
    ("ServiceInfo/cluster_name", "ServiceInfo/service_name"),
    _ids(
        "ServiceInfo",
        "cluster_name credential_store_enabled credential_store_supported desired_repository_version_id "
        "desired_stack kerberos_enabled maintenance_state repository_state service_name "
        "sso_integration_desired sso_integration_enabled sso_integration_requires_kerberos "
        "sso_integration_supported state",
    )
    | {"alerts_summary"},
    ("alerts", "components", "artifacts"),
)
COMPONENT = ResourceType(
    "Component",
    (
        "ServiceComponentInfo/cluster_name",
        "ServiceComponentInfo/service_name",
        "ServiceComponentInfo/component_name",
    ),
    _ids(
        "ServiceComponentInfo",
        "category cluster_name component_name desired_stack desired_version display_name init_count "
        "install_failed_count installed_and_maintenance_off_count installed_count recovery_enabled "
        "repository_state service_name started_count state total_count unknown_count",
    )
    | {"metrics"},
    ("host_components",),
)
HOST = ResourceType(
    "Host",
    ("Hosts/cluster_name", "Hosts/host_name"),
    _ids(
        "Hosts",
        "cluster_name host_name host_state host_status ip last_heartbeat_time maintenance_state "
        "public_host_name rack_info",
    ),
    ("host_components",),
)
HOST_COMPONENT = ResourceType(
    "HostComponent",
    ("HostRoles/cluster_name", "HostRoles/host_name", "HostRoles/component_name"),
    _ids(
        "HostRoles",
        "actual_configs cluster_name component_name desired_admin_state desired_repository_version "
        "desired_stack_id desired_state display_name host_name maintenance_state public_host_name "
        "reload_configs service_name stale_configs state upgrade_state version",
    )
    | {"metrics", "processes"},
    ("component",),
    unknown_in_predicates="HostRoles",
)
REQUEST = ResourceType(
    "Request",
    ("Requests/cluster_name", "Requests/id"),
    _ids(
        "Requests",
        "aborted_task_count cluster_host_info cluster_name completed_task_count create_time end_time "
        "exclusive failed_task_count id inputs operation_level progress_percent queued_task_count "
        "request_context request_schedule request_status resource_filters start_time task_count "
        "timed_out_task_count type user_name",
    ),
    ("stages", "tasks"),
)
STAGE = ResourceType(
    "Stage",
    ("Stage/cluster_name", "Stage/request_id", "Stage/stage_id"),
    _ids("Stage", "cluster_name request_id stage_id"),
)
TASK = ResourceType(
    "Task",
    ("Tasks/cluster_name", "Tasks/request_id", "Tasks/stage_id", "Tasks/id"),
    _ids(
        "Tasks",
        "attempt_cnt cluster_name command command_detail custom_command_name end_time error_log exit_code "
        "host_name id ops_display_name output_log request_id role stage_id start_time status stderr stdout "
        "structured_out",
    ),
)
CONFIGURATION = ResourceType(
    "Configuration",
    ("tag", "type", "version", "Config/cluster_name", "Config/stack_id"),
    frozenset(
        {"tag", "type", "version", "Config/cluster_name", "Config/stack_id", "properties"}
        | {"properties_attributes"}
    ),
    shown_in_lists=True,
)
SERVICE_CONFIG_VERSION = ResourceType(
    "ServiceConfigVersion",
    ("cluster_name", "service_name", "service_config_version"),
    frozenset(
        {"cluster_name", "configurations", "createtime", "group_id", "group_name", "hosts", "user"}
        | {"is_cluster_compatible", "is_current", "service_name", "stack_id"}
        | {"service_config_version", "service_config_version_note"}
    ),
    shown_in_lists=True,
)
CONFIG_GROUP = ResourceType(
    "ConfigGroup",
    ("ConfigGroup/cluster_name", "ConfigGroup/id"),
    _ids("ConfigGroup", "cluster_name description desired_configs group_name hosts id tag"),
)
ARTIFACT = ResourceType(
    "Artifact",
    ("Artifacts/cluster_name", "Artifacts/service_name", "Artifacts/artifact_name"),
    _ids("Artifacts", "artifact_name cluster_name service_name") | {"artifact_data"},
)
USER = ResourceType(
    "User",
    ("Users/user_name",),
    _ids(
        "Users",
        "active admin consecutive_failures created display_name groups ldap_user local_user_name user_name "
        "user_type",
    ),
    ("privileges",),
)
PRIVILEGE = ResourceType(
    "UserPrivilege",
    ("PrivilegeInfo/user_name", "PrivilegeInfo/privilege_id"),
    _ids("PrivilegeInfo", "cluster_name permission_name privilege_id user_name"),
)
ROOT_COMPONENT = ResourceType(
    "RootServiceComponent",
    ("RootServiceComponents/service_name", "RootServiceComponents/component_name"),
    _ids("RootServiceComponents", "component_name component_version service_name"),
)
ALERT = ResourceType(
    "Alert",
    ("Alert/cluster_name", "Alert/id"),
    _ids(
        "Alert",
        "cluster_name component_name definition_name host_name id label latest_timestamp maintenance_state "
        "service_name state text",
    ),
)
REQUEST_SCHEDULE = ResourceType(
    "RequestSchedule",
    ("RequestSchedule/cluster_name", "RequestSchedule/id"),
    _ids(
        "RequestSchedule",
        "authenticated_user batch cluster_name create_time create_user description id last_execution_status "
        "schedule status update_time update_user",
    ),
)
UPGRADE = ResourceType("Upgrade", ("Upgrade/request_id",), _ids("Upgrade", "request_id request_status"))
