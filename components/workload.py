"""The test application in Kubernetes: its topics, its pods, and its address."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

NAME = "kafka-test-app"
LABELS = {"app.kubernetes.io/name": NAME}
PORT = 8080
SECONDS_OF_LATE_CONNECTIONS = 5
"""How long connections may still come to a pod that ends, until every node has taken it out of its rules."""
SECONDS_TO_END = 30
"""From its end being ordered until a pod is killed: late connections, then what the app still has to send."""
STATUS_OF_REFUSAL = 3
"""Exit status of the image's `create-topics` when no further try can give the topics that are declared."""


@dataclass(frozen=True)
class KafkaTestAppArgs:
    """`bootstrap_servers` are host:port, comma-separated; `image_tag` stands for the content of `image`.

    `topics` are what the image reads: {name, partitions, replicationFactor, config}; they are declared again
    when `kafka`, the cluster, is replaced.
    """

    kafka: pulumi.Resource
    namespace: str
    image: pulumi.Input[str]
    image_tag: str
    bootstrap_servers: pulumi.Input[str]
    topics: Sequence[Mapping[str, object]]
    topic: str
    replicas: int
    port: int


class KafkaTestApp(pulumi.ComponentResource):
    """A page on which a text typed goes to Kafka and comes back, and the topics it needs.

    Needs a Kubernetes provider in `opts`, and there also what makes brokers reachable and the image pullable.
    """

    url: pulumi.Output[str]

    def __init__(self, name: str, args: KafkaTestAppArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("aks-kafka:index:KafkaTestApp", name, None, opts)
        self._args = args
        namespace = kubernetes.core.v1.Namespace(
            "namespace",
            metadata=kubernetes.meta.v1.ObjectMetaArgs(name=args.namespace),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._namespace = namespace.metadata.name
        topics = self._topics()
        self._deployment(after=topics)
        self.url = self._service().status.apply(lambda status: _url(status, args.port))
        self.register_outputs({"url": self.url})

    def _topics(self) -> kubernetes.batch.v1.Job:
        """A Job, since only pods reach brokers; named for its work, so that new work makes it run again."""
        topics = json.dumps(self._args.topics, sort_keys=True)
        work = hashlib.sha256(f"{self._args.image_tag}\n{topics}".encode()).hexdigest()[:10]
        return kubernetes.batch.v1.Job(
            "create-topics",
            metadata=self._metadata(f"create-topics-{work}"),
            spec=kubernetes.batch.v1.JobSpecArgs(
                # A pull may fail until the registry knows AKS's nodes; tries are for what comes after it.
                backoff_limit=4,
                active_deadline_seconds=1500,
                pod_failure_policy=_no_second_try(container="create-topics", status=STATUS_OF_REFUSAL),
                template=kubernetes.core.v1.PodTemplateSpecArgs(
                    metadata=kubernetes.meta.v1.ObjectMetaArgs(
                        labels={"app.kubernetes.io/name": "create-topics"}
                    ),
                    spec=self._pod(
                        self._container("create-topics", {"KAFKA_TOPICS": topics}), restart_policy="Never"
                    ),
                ),
            ),
            opts=pulumi.ResourceOptions(
                parent=self,
                replace_with=[self._args.kafka],
                custom_timeouts=pulumi.CustomTimeouts(create="30m", update="30m"),
            ),
        )

    def _deployment(self, *, after: pulumi.Resource) -> kubernetes.apps.v1.Deployment:
        container = self._container("serve", {"KAFKA_TOPIC": self._args.topic, "PORT": str(PORT)})
        container.ports = [kubernetes.core.v1.ContainerPortArgs(name="http", container_port=PORT)]
        container.readiness_probe = _probe("/readyz", period_seconds=5, failure_threshold=3)
        container.liveness_probe = _probe("/healthz", period_seconds=10, failure_threshold=6)
        container.lifecycle = kubernetes.core.v1.LifecycleArgs(
            pre_stop=kubernetes.core.v1.LifecycleHandlerArgs(
                sleep=kubernetes.core.v1.SleepActionArgs(seconds=SECONDS_OF_LATE_CONNECTIONS)
            )
        )
        return kubernetes.apps.v1.Deployment(
            NAME,
            metadata=self._metadata(NAME),
            spec=kubernetes.apps.v1.DeploymentSpecArgs(
                replicas=self._args.replicas,
                selector=kubernetes.meta.v1.LabelSelectorArgs(match_labels=LABELS),
                strategy=kubernetes.apps.v1.DeploymentStrategyArgs(
                    type="RollingUpdate",
                    rolling_update=kubernetes.apps.v1.RollingUpdateDeploymentArgs(
                        max_surge=1, max_unavailable=0
                    ),
                ),
                template=kubernetes.core.v1.PodTemplateSpecArgs(
                    metadata=kubernetes.meta.v1.ObjectMetaArgs(labels=LABELS),
                    spec=self._pod(container, restart_policy="Always"),
                ),
            ),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[after],
                custom_timeouts=pulumi.CustomTimeouts(create="30m", update="30m"),
            ),
        )

    def _service(self) -> kubernetes.core.v1.Service:
        return kubernetes.core.v1.Service(
            f"{NAME}-service",
            metadata=self._metadata(NAME),
            spec=kubernetes.core.v1.ServiceSpecArgs(
                type=kubernetes.core.v1.ServiceSpecType.LOAD_BALANCER,
                selector=LABELS,
                ports=[
                    kubernetes.core.v1.ServicePortArgs(
                        name="http", port=self._args.port, target_port=PORT, protocol="TCP"
                    )
                ],
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _metadata(self, name: str) -> kubernetes.meta.v1.ObjectMetaArgs:
        return kubernetes.meta.v1.ObjectMetaArgs(name=name, namespace=self._namespace, labels=LABELS)

    def _pod(
        self, container: kubernetes.core.v1.ContainerArgs, *, restart_policy: str
    ) -> kubernetes.core.v1.PodSpecArgs:
        return kubernetes.core.v1.PodSpecArgs(
            containers=[container],
            restart_policy=restart_policy,
            termination_grace_period_seconds=SECONDS_TO_END,
            automount_service_account_token=False,
            security_context=kubernetes.core.v1.PodSecurityContextArgs(
                run_as_non_root=True,
                run_as_user=10001,
                run_as_group=10001,
                seccomp_profile=kubernetes.core.v1.SeccompProfileArgs(type="RuntimeDefault"),
            ),
            volumes=[
                kubernetes.core.v1.VolumeArgs(
                    name="tmp", empty_dir=kubernetes.core.v1.EmptyDirVolumeSourceArgs()
                )
            ],
        )

    def _container(self, command: str, environment: Mapping[str, str]) -> kubernetes.core.v1.ContainerArgs:
        """The image running one of its commands."""
        variables = {"KAFKA_BOOTSTRAP_SERVERS": self._args.bootstrap_servers, **environment}
        return kubernetes.core.v1.ContainerArgs(
            name=command,
            image=self._args.image,
            args=[command],
            env=[kubernetes.core.v1.EnvVarArgs(name=key, value=value) for key, value in variables.items()],
            # What the image says last is the reason of its failure, which Pulumi then shows.
            termination_message_policy="FallbackToLogsOnError",
            resources=kubernetes.core.v1.ResourceRequirementsArgs(
                requests={"cpu": "100m", "memory": "128Mi"}, limits={"memory": "256Mi"}
            ),
            security_context=kubernetes.core.v1.SecurityContextArgs(
                allow_privilege_escalation=False,
                read_only_root_filesystem=True,
                capabilities=kubernetes.core.v1.CapabilitiesArgs(drop=["ALL"]),
            ),
            volume_mounts=[kubernetes.core.v1.VolumeMountArgs(name="tmp", mount_path="/tmp")],
        )


def _no_second_try(*, container: str, status: int) -> kubernetes.batch.v1.PodFailurePolicyArgs:
    """Whoever waits for the Job gets its reason with the first pod, not after minutes of tries in vain."""
    return kubernetes.batch.v1.PodFailurePolicyArgs(
        rules=[
            kubernetes.batch.v1.PodFailurePolicyRuleArgs(
                action="FailJob",
                on_exit_codes=kubernetes.batch.v1.PodFailurePolicyOnExitCodesRequirementArgs(
                    container_name=container, operator="In", values=[status]
                ),
            )
        ]
    )


def _probe(path: str, *, period_seconds: int, failure_threshold: int) -> kubernetes.core.v1.ProbeArgs:
    return kubernetes.core.v1.ProbeArgs(
        http_get=kubernetes.core.v1.HTTPGetActionArgs(path=path, port=PORT),
        period_seconds=period_seconds,
        timeout_seconds=3,
        failure_threshold=failure_threshold,
    )


def _url(status: kubernetes.core.v1.outputs.ServiceStatus | None, port: int) -> str:
    """Where the load balancer listens; the provider has waited for its address."""
    balancer = status.load_balancer if status else None
    if not balancer or not balancer.ingress:
        raise pulumi.RunError(f"the Service {NAME} has no address yet: run `pulumi up` again")
    ingress = balancer.ingress[0]
    return f"http://{ingress.ip or ingress.hostname}" + ("" if port == 80 else f":{port}")
