"""HDInsight's rules that a request can be checked against by itself: versions, roles, sizes, users.

Sources: the descriptions of Microsoft.HDInsight's API, and "Create Apache Kafka on HDInsight".
"""

from emulator.azure.hdinsight.credentials import check_gateway, check_ssh
from emulator.azure.hdinsight.request import HEAD, WORKER, ZOOKEEPER, ClusterRequest
from emulator.azure.hdinsight.vm_sizes import check_disks, check_size
from emulator.azure.resource_manager import arm, naming
from emulator.azure.resource_manager.refusals import NotModelled, Refused

_NODE_COUNTS = {HEAD: 2, ZOOKEEPER: 3}
_MIN_WORKERS = 3
_CONFIGURATIONS = frozenset({"gateway", "kafka-broker"})


def check_request(name: str, request: ClusterRequest) -> None:
    """Raises Refused, or NotModelled, for a request that no state of the subscription would make valid."""
    naming.HDINSIGHT_CLUSTER.require(name)
    _check_version(request)
    _check_kind(request)
    _check_roles(request)
    _check_placement(request)
    _check_users(request)


def _check_version(request: ClusterRequest) -> None:
    version = str(request.properties.get("clusterVersion", ""))
    if version != "5.1" and not version.startswith("5.1."):
        message = (
            f"Cluster version '{version}' is not supported; 4.0 and 5.0 were retired on 31 March 2025. Use "
            "5.1."
        )
        raise Refused(400, "ClusterVersionNotSupported", message)
    operating_system = request.properties.get("osType", "Linux")
    if operating_system.lower() != "linux":
        raise Refused(400, "OsTypeNotSupported", f"osType '{operating_system}' is not supported; use Linux.")
    tls = str(request.properties.get("minSupportedTlsVersion", "1.2"))
    if tls != "1.2":
        message = f"minSupportedTlsVersion '{tls}' is not supported; use 1.2."
        raise Refused(400, "MinSupportedTlsVersionNotSupported", message)
    tier = request.properties.get("tier", "Standard")
    if tier.lower() != "standard":
        raise NotModelled(f"HDInsight's tier {tier}")


def _check_kind(request: ClusterRequest) -> None:
    kind = request.definition.get("kind", "")
    if kind.lower() != "kafka":
        raise NotModelled(f"HDInsight clusters of kind '{kind}'")
    version = (request.definition.get("componentVersion") or {}).get("Kafka", "3.2")
    if version != "3.2":
        message = f"Kafka {version} is not available on HDInsight 5.1, which carries Kafka 3.2."
        raise Refused(400, "ComponentVersionNotSupported", message)
    if "kafka-env" in request.configurations:
        message = "The configuration kafka-env can't be given at creation; change it in Ambari."
        raise Refused(400, "InvalidConfiguration", message)
    for configuration in request.configurations.keys() - _CONFIGURATIONS:
        raise NotModelled(f"HDInsight's configuration {configuration} at creation")


def _check_roles(request: ClusterRequest) -> None:
    for role in request.roles.keys() - {HEAD, ZOOKEEPER, WORKER}:
        raise NotModelled(f"HDInsight's role {role}")
    for role in (HEAD, ZOOKEEPER, WORKER):
        if role not in request.roles:
            raise Refused(400, "RoleMissing", f"The compute profile has no role '{role}'.")
        if not request.size(role):
            raise Refused(400, "VmSizeMissing", f"Role '{role}' has no VM size.")
        check_size(role, request.size(role))
    for role, count in _NODE_COUNTS.items():
        if request.count(role) != count:
            message = f"Role '{role}' must have {count} nodes, not {request.count(role)}."
            raise Refused(400, "InvalidNodeCount", message)
    if request.count(WORKER) < _MIN_WORKERS:
        message = (
            f"A Kafka cluster must have at least {_MIN_WORKERS} worker nodes, not {request.count(WORKER)}."
        )
        raise Refused(400, "InvalidNodeCount", message)
    if request.disks_per_worker < 1:
        message = (
            "Kafka clusters need data disks: role 'workernode' must have dataDisksGroups with disksPerNode."
        )
        raise Refused(400, "DataDisksMissing", message)
    check_disks(request.roles[WORKER]["hardwareProfile"]["vmSize"], request.disks_per_worker)


def _check_placement(request: ClusterRequest) -> None:
    if not request.network_id or not request.subnet_id:
        message = "Role 'headnode' has no virtual network; Kafka's clients can only reach it through one."
        raise Refused(400, "VirtualNetworkMissing", message)
    for name, role in request.roles.items():
        profile = role.get("virtualNetworkProfile") or {}
        network, subnet = profile.get("id", ""), profile.get("subnet", "")
        if not (arm.same(network, request.network_id) and arm.same(subnet, request.subnet_id)):
            message = f"All roles must be in one subnet; role '{name}' is not in that of role 'headnode'."
            raise Refused(400, "RolesInDifferentSubnets", message)
    if not arm.same(arm.parent(request.subnet_id), request.network_id):
        message = f"Subnet {request.subnet_id} is not one of virtual network {request.network_id}."
        raise Refused(400, "SubnetNotInVirtualNetwork", message)


def _check_users(request: ClusterRequest) -> None:
    if not request.gateway_enabled:
        message = "The gateway's restAuthCredential.isEnabled must be true, with a username and a password."
        raise Refused(400, "GatewayCredentialsMissing", message)
    check_gateway(request.user, request.password)
    for name, role in request.roles.items():
        profile = (role.get("osProfile") or {}).get("linuxOperatingSystemProfile") or {}
        if not profile.get("username"):
            raise Refused(400, "SshUserNameMissing", f"Role '{name}' has no SSH user name.")
        keys = (profile.get("sshProfile") or {}).get("publicKeys") or []
        has_key = any(key.get("certificateData") for key in keys)
        check_ssh(profile["username"], request.user, profile.get("password"), has_key)
