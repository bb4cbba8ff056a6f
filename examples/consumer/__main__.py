"""A Kafka client as a program of its own, which knows its environment from that stack's outputs."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pulumi
import pulumi_kubernetes as kubernetes
from aks_kafka.outputs import EnvironmentOutputs
from pulumi_command import local

LABELS = {"app.kubernetes.io/name": "kafka-consumer"}
CLIENT = Path("client")

config = pulumi.Config()
environment = EnvironmentOutputs(pulumi.StackReference(config.require("environment")))


def login(given: Mapping[str, str]) -> Mapping[str, str]:
    """The client's variables for how it talks to the brokers; only those that the protocol uses."""
    protocol = given["KAFKA_PROTOCOL"]
    used = ["KAFKA_PROTOCOL"]
    if protocol.endswith("SSL") and given["KAFKA_CA"]:
        used += ["KAFKA_CA"]
    if protocol.startswith("SASL"):
        if not given["KAFKA_USER"] or not given["KAFKA_PASSWORD"]:
            raise pulumi.RunError(
                f"The brokers' protocol is {protocol}, which takes a user of this client's own: "
                "pulumi config set kafkaUser NAME, and pulumi config set --secret kafkaPassword"
            )
        used += ["KAFKA_SASL_MECHANISM", "KAFKA_USER", "KAFKA_PASSWORD"]
    return {name: given[name] for name in used}


# Built in the environment's registry, whenever its sources change.
sources = sorted(path for path in CLIENT.iterdir() if path.is_file())
tag = hashlib.sha256(
    b"\0".join(path.name.encode() + b"\0" + path.read_bytes() for path in sources)
).hexdigest()
build = 'az acr build --registry "${LOGIN_SERVER%%.*}" --image "$IMAGE" --only-show-errors "$FOLDER"'
image = local.Command(
    "image",
    create=build,
    update=build,
    environment={
        "LOGIN_SERVER": environment.registry_login_server,
        "IMAGE": f"kafka-consumer:{tag[:16]}",
        "FOLDER": str(CLIENT.resolve()),
    },
    triggers=[tag],
)

cluster = kubernetes.Provider(
    "cluster",
    kubeconfig=environment.kubeconfig,
    # By it the provider knows the cluster again when its credentials are renewed.
    cluster_identifier=environment.aks_vnet_id,
)
namespace = kubernetes.core.v1.Namespace(
    "namespace",
    metadata={"name": config.require("namespace")},
    opts=pulumi.ResourceOptions(provider=cluster),
)
# Unless told otherwise the client uses the environment's protocol, and trusts whom it trusts.
protocol = pulumi.Output.from_input(config.get("kafkaProtocol") or environment.kafka_protocol)
servers = environment.bootstrap_servers_by(protocol)
given: dict[str, pulumi.Input[str]] = {
    "KAFKA_PROTOCOL": protocol,
    "KAFKA_CA": config.get("kafkaCa") or environment.kafka_ca,
    "KAFKA_SASL_MECHANISM": config.require("kafkaSaslMechanism"),
    "KAFKA_USER": config.get("kafkaUser") or "",
    "KAFKA_PASSWORD": config.get_secret("kafkaPassword") or "",
}
# Pulumi names it: another password is another Secret, which rolls the pod that refers to it.
secret = kubernetes.core.v1.Secret(
    "login",
    metadata={"namespace": namespace.metadata.name},
    string_data=pulumi.Output.all(**given).apply(login),
    opts=pulumi.ResourceOptions(provider=cluster),
)
kubernetes.apps.v1.Deployment(
    "consumer",
    metadata={"name": "kafka-consumer", "namespace": namespace.metadata.name},
    spec={
        "replicas": 1,
        "selector": {"match_labels": LABELS},
        "template": {
            "metadata": {"labels": LABELS},
            "spec": {
                "automount_service_account_token": False,
                "security_context": {
                    "run_as_non_root": True,
                    "run_as_user": 10001,
                    "seccomp_profile": {"type": "RuntimeDefault"},
                },
                "containers": [
                    {
                        "name": "consumer",
                        "image": pulumi.Output.concat(
                            environment.registry_login_server, "/kafka-consumer:", tag[:16]
                        ),
                        "env": [
                            {
                                "name": "KAFKA_BOOTSTRAP_SERVERS",
                                "value": servers,
                            },
                            {"name": "KAFKA_TOPIC", "value": environment.topic},
                        ],
                        "env_from": [{"secret_ref": {"name": secret.metadata.name}}],
                        # The pod is ready, and `pulumi up` ends, once Kafka has assigned partitions.
                        "readiness_probe": {"exec_": {"command": ["test", "-e", "/tmp/ready"]}},
                        "resources": {
                            "requests": {"cpu": "50m", "memory": "64Mi"},
                            "limits": {"memory": "128Mi"},
                        },
                        "security_context": {
                            "allow_privilege_escalation": False,
                            "read_only_root_filesystem": True,
                            "capabilities": {"drop": ["ALL"]},
                        },
                        "volume_mounts": [{"name": "tmp", "mount_path": "/tmp"}],
                    }
                ],
                "volumes": [{"name": "tmp", "empty_dir": {}}],
            },
        },
    },
    opts=pulumi.ResourceOptions(provider=cluster, depends_on=[image]),
)

pulumi.export("namespace", namespace.metadata.name)
pulumi.export("bootstrapServers", servers)
