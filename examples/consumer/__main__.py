"""A Kafka client as a program of its own, which knows its environment from that stack's outputs."""

import hashlib
from pathlib import Path

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_command import local

LABELS = {"app.kubernetes.io/name": "kafka-consumer"}
CLIENT = Path("client")

config = pulumi.Config()
environment = pulumi.StackReference(config.require("environment"))

# Built in the environment's registry, whenever its sources change.
sources = sorted(path for path in CLIENT.iterdir() if path.is_file())
tag = hashlib.sha256(
    b"\0".join(path.name.encode() + b"\0" + path.read_bytes() for path in sources)
).hexdigest()
login_server = environment.require_output("registryLoginServer")
build = 'az acr build --registry "${LOGIN_SERVER%%.*}" --image "$IMAGE" --only-show-errors "$FOLDER"'
image = local.Command(
    "image",
    create=build,
    update=build,
    environment={
        "LOGIN_SERVER": login_server,
        "IMAGE": f"kafka-consumer:{tag[:16]}",
        "FOLDER": str(CLIENT.resolve()),
    },
    triggers=[tag],
)

cluster = kubernetes.Provider(
    "cluster",
    kubeconfig=environment.require_output("kubeconfig"),
    # By it the provider knows the cluster again when its credentials are renewed.
    cluster_identifier=environment.require_output("aksVnetId"),
)
namespace = kubernetes.core.v1.Namespace(
    "namespace",
    metadata={"name": config.require("namespace")},
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
                        "image": pulumi.Output.concat(login_server, "/kafka-consumer:", tag[:16]),
                        "env": [
                            {
                                "name": "KAFKA_BOOTSTRAP_SERVERS",
                                "value": environment.require_output("bootstrapServers"),
                            },
                            {"name": "KAFKA_TOPIC", "value": environment.require_output("topic")},
                        ],
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
