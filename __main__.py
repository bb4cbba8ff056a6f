"""An application on AKS in touch with Apache Kafka on HDInsight: settings, then components, then outputs."""

import atexit
import gc
from pathlib import Path

import pulumi
from pulumi_azure_native import resources

from components.aks import AksClusterArgs, aks_cluster
from components.ambari import (
    BrokerAddresses,
    BrokerAddressesArgs,
    IpAdvertising,
    IpAdvertisingArgs,
    ViewAccess,
)
from components.api_versions import without_versions
from components.app_namespace import AppNamespace, AppNamespaceArgs
from components.data_loss import refuse_losses
from components.existing import read_existing
from components.image import AppImage, AppImageArgs
from components.kafka import KafkaClusterArgs, kafka_cluster
from components.kafka_clients import kafka_ports, refuse_kerberos, warn_without_listener
from components.kafka_login import KafkaLogin
from components.kafka_view import KafkaView, KafkaViewArgs
from components.made_with import AKS, KAFKA
from components.network import NewNetwork, PeeredNetworks, PeeredNetworksArgs, PeeringRepair
from components.outputs import CONTRACT_VERSION
from components.peering_repair import find_repair
from components.registry import RegistryArgs, container_registry
from components.resource_group import told_when_it_exists
from components.settings import Settings
from components.settings.azure.regions import storage_suffix
from components.settings.state import by_type, recorded_outputs
from components.settings.values.kafka_access import certificates
from components.workload import PORTS, KafkaTestApp, KafkaTestAppArgs

# The SDKs define thousands of classes that stay until the end. Collecting garbage among them adds more than
# half to the time of a preview.
gc.disable()
atexit.register(gc.freeze)
# Before any resource.
pulumi.runtime.register_stack_transformation(without_versions)

config = pulumi.Config()
recorded = recorded_outputs()
state = by_type(recorded)
settings = Settings.load(config, state)
refuse_losses(settings, state)
existing = read_existing(settings, kafka_ports(state), recorded)
refuse_kerberos(existing.kafka, state)

repair = PeeringRepair()
if settings.peering:
    repair = find_repair(existing.group or settings.resource_group, existing, recorded)
group = existing.group or (
    resources.ResourceGroup(
        "resource-group",
        resource_group_name=settings.resource_group,
        location=settings.location,
        tags=settings.tags,
        opts=pulumi.ResourceOptions(hooks=told_when_it_exists(settings.resource_group)),
    ).name
)
networks = PeeredNetworks(
    "networks",
    PeeredNetworksArgs(
        resource_group=group,
        location=settings.location,
        hdinsight=existing.hdinsight_network
        or NewNetwork(settings.hdinsight_address_space, settings.hdinsight_subnet),
        aks=existing.aks_network or NewNetwork(settings.aks_address_space, settings.aks_subnet),
        peering=settings.peering,
        repair=repair,
        ambari_source_ranges=[str(source) for source in settings.ambari_source_ranges],
        tags=settings.tags,
    ),
)
kafka = kafka_cluster(
    "kafka",
    existing.kafka
    or KafkaClusterArgs(
        name=settings.kafka_cluster_name,
        resource_group=group,
        location=settings.location,
        network_id=networks.hdinsight_network_id,
        subnet_id=networks.hdinsight_subnet_id,
        workers=settings.kafka_workers,
        disks_per_worker=settings.kafka_disks_per_worker,
        worker_size=settings.kafka_worker_size,
        head_size=settings.kafka_head_size,
        zookeeper_size=settings.kafka_zookeeper_size,
        encrypt_between_nodes=settings.kafka_encryption_in_transit,
        storage_account_name=settings.storage_account_name,
        storage_suffix=storage_suffix(settings.location),
        gateway_user=settings.ambari_user,
        gateway_password=config.require_secret("ambariPassword"),
        ssh_user=settings.ssh_user,
        ssh_public_key=settings.ssh_public_key,
        protect=settings.protect,
        storage_role_seconds=settings.storage_role_seconds,
        never_replace=KAFKA.stays(state, settings),
        made_with=KAFKA.settings_in(settings),
        tags=settings.tags,
    ),
)
aks = aks_cluster(
    "aks",
    existing.aks
    or AksClusterArgs(
        name=settings.aks_cluster_name,
        resource_group=group,
        location=settings.location,
        subnet_id=networks.aks_subnet_id,
        kubernetes_version=settings.kubernetes_version,
        upgrade_channel=settings.aks_upgrade_channel,
        node_os_upgrade_channel=settings.aks_node_os_upgrade_channel,
        api_source_ranges=settings.aks_api_ranges,
        entra=settings.aks_entra,
        node_count=settings.aks_node_count,
        max_node_count=settings.aks_max_node_count or None,
        node_size=settings.aks_node_size,
        zones=settings.aks_zones,
        max_pods=settings.aks_max_pods,
        network_policy=settings.aks_network_policy,
        service_cidr=str(settings.service_cidr),
        dns_service_ip=str(settings.dns_service_ip),
        pod_cidr=str(settings.pod_cidr) if settings.aks_pod_network == "overlay" else None,
        never_replace=AKS.stays(state, settings),
        made_with=AKS.settings_in(settings),
        tags=settings.tags,
    ),
)
# A ready image needs no registry of this stack. One that is adopted all the same has to hand it out.
registry = None
if existing.registry or not settings.app_image:
    registry = container_registry(
        "registry",
        existing.registry
        or RegistryArgs(
            name=settings.registry_name,
            resource_group=group,
            location=settings.location,
            tags=settings.tags,
        ),
    )
nodes_may_pull = registry.allow_pull("aks-pulls-images", aks.kubelet_principal_id) if registry else []
image = None
if registry and not settings.app_image:
    image = AppImage(
        "image", AppImageArgs(registry=registry, repository="kafka-test-app", folder=Path("app"))
    )

# Brokers' host names don't resolve in AKS's network, so clients have to know addresses, and Kafka has to
# advertise them.
ambari_password = config.full_key("ambariPassword")
brokers = BrokerAddresses(
    "broker-addresses",
    BrokerAddressesArgs(
        ambari_url=kafka.ambari_url,
        cluster_name=kafka.name,
        user=settings.ambari_user,
        password_config_key=ambari_password,
        workers=kafka.workers,
    ),
    # A new cluster of the same name gives the same inputs, by which Pulumi would see no change to make.
    opts=kafka.bound(),
)
servers = {
    "PLAINTEXT": brokers.bootstrap_servers,
    "SSL": brokers.bootstrap_servers_tls,
    "SASL_PLAINTEXT": brokers.bootstrap_servers_sasl,
    "SASL_SSL": brokers.bootstrap_servers_sasl_tls,
}
warn_without_listener(servers[settings.kafka_protocol], settings.kafka_protocol)
app_image = image.reference if image else settings.app_image
pullable = [*([image] if image else []), *nodes_may_pull]
app_namespace = AppNamespace(
    "app-namespace",
    AppNamespaceArgs(
        kubeconfig=aks.kubeconfig,
        recorded=recorded,
        deleted_with=aks.deleted_with,
        name=settings.namespace.name,
        exists=settings.namespace.exists,
        network_policy=settings.has_network_policy(aks.carries_out_policies),
        ports=PORTS,
        bootstrap_servers=servers[settings.kafka_protocol],
        login=KafkaLogin(
            protocol=settings.kafka_protocol,
            authority=settings.kafka_ca,
            mechanism=settings.kafka_sasl_mechanism,
            user=settings.kafka_user,
            password=config.get_secret("kafkaPassword"),
        ),
    ),
    # Without it its guard would be the first dynamic resource that a run registers. That closes the provider
    # by which Pulumi (3.250) is deleting IpAdvertising at that moment, where the Kafka cluster is replaced.
    opts=pulumi.ResourceOptions(provider=aks.kubernetes_provider, depends_on=[kafka]),
)
# It precedes the change in Ambari, which it looks at, and resolves brokers' names for itself.
view = KafkaView(
    "view",
    KafkaViewArgs(namespace=app_namespace, image=app_image, brokers=brokers.brokers),
    opts=pulumi.ResourceOptions(provider=aks.kubernetes_provider, depends_on=[networks, *pullable]),
)
advertising = IpAdvertising(
    "ip-advertising",
    IpAdvertisingArgs(
        ambari_url=kafka.ambari_url,
        cluster_name=kafka.name,
        user=settings.ambari_user,
        password_config_key=ambari_password,
        restart=settings.restart,
        unit=settings.restart_unit,
        batch=settings.restart_batch,
        strict=settings.restart_strict,
        settle_seconds=settings.restart_settle_seconds,
        keep_on_delete=settings.keep_ip_advertising,
        workers=kafka.workers,
        view=ViewAccess(kubeconfig=aks.kubeconfig, namespace=app_namespace.name),
    ),
    opts=pulumi.ResourceOptions.merge(kafka.bound(), pulumi.ResourceOptions(depends_on=[brokers, view])),
)
app = KafkaTestApp(
    "app",
    KafkaTestAppArgs(
        kafka=kafka.cluster,
        namespace=app_namespace,
        image=app_image,
        topics=[topic.model_dump(by_alias=True) for topic in settings.topics],
        topic=settings.app_topic,
        replicas=settings.app_replicas,
        port=settings.app_port,
        exposure=settings.app_exposure,
        source_ranges=[str(source) for source in settings.app_source_ranges],
        open_to_the_world=settings.app_open_to_the_world,
        hosts=settings.app_hosts,
        access_token=config.get_secret("appAccessToken") if settings.app_access_token else None,
        limits=settings.app_limits,
    ),
    opts=pulumi.ResourceOptions(
        provider=aks.kubernetes_provider,
        depends_on=[networks, advertising, *pullable],
    ),
)

pulumi.export("contractVersion", CONTRACT_VERSION)
pulumi.export("appUrl", app.url)
pulumi.export("roundTripMilliseconds", app.round_trip_milliseconds)
pulumi.export("bootstrapServers", brokers.bootstrap_servers)
pulumi.export("bootstrapServersTls", brokers.bootstrap_servers_tls)
pulumi.export("bootstrapServersSasl", brokers.bootstrap_servers_sasl)
pulumi.export("bootstrapServersSaslTls", brokers.bootstrap_servers_sasl_tls)
pulumi.export("kafkaProtocol", settings.kafka_protocol)
pulumi.export("kafkaCa", certificates(settings.kafka_ca))
pulumi.export("topic", settings.app_topic)
pulumi.export("namespace", settings.namespace.name)
pulumi.export("ambariUrl", kafka.ambari_url)
pulumi.export("registryLoginServer", registry.login_server if registry else "")
pulumi.export("resourceGroup", group)
pulumi.export("hdinsightVnetId", networks.hdinsight_network_id)
pulumi.export("aksVnetId", networks.aks_network_id)
pulumi.export("kubeconfig", aks.kubeconfig)
