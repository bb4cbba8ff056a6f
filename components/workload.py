"""The test application in Kubernetes: its topics, its pods, and its address."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from . import jobs
from .job_message import JobMessage
from .jobs import digest
from .pods import container, pod
from .settings.app_limits import AppLimits

NAME = "kafka-test-app"
LABELS = {"app.kubernetes.io/name": NAME}
PORT = 8080
MEMORY = "256Mi"
"""Of a pod that does its work once and ends."""
SAID_OPEN = "aks-kafka/open-to-the-world"
"""The annotation by which a Service says that everybody may come, and which setting decided so."""
OPEN_WARNING = (
    "Everybody on the Internet can open the test application's page and read the messages of its topic: "
    "appSourceRanges leaves nobody out. appAccessToken keeps strangers from sending."
)
SECONDS_OF_LATE_CONNECTIONS = 5
"""How long connections may still come to a pod that ends, until every node has taken it out of its rules."""
SECONDS_TO_START = 600
"""How long a pod may wait for Kafka before it is started anew."""
SECONDS_OF_PATIENCE = 30
"""How long a check looks again before it calls a link broken: brokers start, and routes spread."""
STATUS_OF_REFUSED_TOPICS = 3
"""Exit status of the image's `create-topics` when no further try can give the topics that are declared."""
STATUSES_OF_BROKEN_LINKS = range(11, 17)
"""Exit statuses of the image's `check`, one for each link to Kafka; `create-topics` has the first of them."""


@dataclass(frozen=True)
class KafkaTestAppArgs:
    """`bootstrap_servers` are host:port, comma-separated; `image_tag` stands for the content of `image`.

    `kubeconfig` is by which results are read that the provider of Kubernetes doesn't show.
    `topics` are what the image reads: {name, partitions, replicationFactor, config}; they are declared again
    when `kafka`, the cluster, is replaced; None is for one that is somebody else's. `source_ranges` may open
    the page, and who knows the `access_token`, if there is one, may send.
    """

    kafka: pulumi.Resource | None
    kubeconfig: pulumi.Input[str]
    namespace: str
    image: pulumi.Input[str]
    image_tag: str
    bootstrap_servers: pulumi.Input[str]
    topics: Sequence[Mapping[str, object]]
    topic: str
    replicas: int
    port: int
    source_ranges: Sequence[str]
    open_to_the_world: bool
    access_token: pulumi.Input[str] | None
    limits: AppLimits


class KafkaTestApp(pulumi.ComponentResource):
    """A page on which a text typed goes to Kafka and comes back, and the topics it needs.

    Needs a Kubernetes provider in `opts`, and there also what makes brokers reachable and the image pullable.
    """

    url: pulumi.Output[str]
    round_trip_milliseconds: pulumi.Output[float | None]
    """To Kafka and back, measured in a pod when the configuration last changed."""

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
        check = self._check(after=topics)
        self.round_trip_milliseconds = self._round_trip(check)
        self._deployment(after=check)
        self._disruption_budget()
        if args.open_to_the_world:
            pulumi.log.warn(OPEN_WARNING, self)
        self.url = self._service().status.apply(lambda status: _url(status, args.port))
        self.register_outputs({"url": self.url, "roundTripMilliseconds": self.round_trip_milliseconds})

    def _topics(self) -> kubernetes.batch.v1.Job:
        """A Job, since only pods reach brokers."""
        topics = json.dumps(self._args.topics, sort_keys=True)
        return self._job(
            "create-topics",
            digest(self._args.image_tag, topics),
            ["create-topics"],
            {"KAFKA_TOPICS": topics},
            final=[STATUS_OF_REFUSED_TOPICS, *STATUSES_OF_BROKEN_LINKS],
        )

    def _check(self, *, after: pulumi.Resource) -> kubernetes.batch.v1.Job:
        """Says which link to Kafka is broken, where a Deployment would just time out."""
        work = pulumi.Output.from_input(self._args.bootstrap_servers).apply(
            lambda brokers: digest(
                self._args.image_tag, brokers, self._args.topic, json.dumps(self._args.topics)
            )
        )
        return self._job(
            "check",
            work,
            ["check", "--patience", str(SECONDS_OF_PATIENCE), "--result", "/dev/termination-log"],
            {"KAFKA_TOPIC": self._args.topic},
            final=STATUSES_OF_BROKEN_LINKS,
            after=[after],
        )

    def _job(
        self,
        name: str,
        work: pulumi.Input[str],
        arguments: Sequence[str],
        environment: Mapping[str, str],
        *,
        final: Sequence[int],
        after: Sequence[pulumi.Resource] = (),
    ) -> kubernetes.batch.v1.Job:
        return kubernetes.batch.v1.Job(
            name,
            metadata=jobs.metadata(pulumi.Output.concat(name, "-", work), self._namespace, LABELS),
            spec=jobs.job_spec(self._container(name, arguments, environment), name=name, final=final),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[*after],
                replace_with=[self._args.kafka] if self._args.kafka else None,
                # A run that fails leaves what it has replaced to the next one to delete, which may have made
                # a Job of the same name again: for the work of before.
                delete_before_replace=True,
                custom_timeouts=pulumi.CustomTimeouts(create="30m", update="30m"),
            ),
        )

    def _round_trip(self, check: kubernetes.batch.v1.Job) -> pulumi.Output[float | None]:
        result = JobMessage(
            "check-result",
            kubeconfig=self._args.kubeconfig,
            namespace=self._namespace,
            job=check.metadata.apply(lambda metadata: metadata.name or ""),
            job_uid=check.metadata.apply(lambda metadata: metadata.uid or ""),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return result.message.apply(lambda text: json.loads(text)["roundTripMilliseconds"] if text else None)

    def _access_token(self) -> Sequence[kubernetes.core.v1.EnvVarArgs]:
        """The variable by which pods read the token, out of a Secret of its own."""
        if self._args.access_token is None:
            return []
        secret = kubernetes.core.v1.Secret(
            "access-token",
            # Pulumi names it: another token is another Secret, and pods that refer to it are made anew.
            metadata=kubernetes.meta.v1.ObjectMetaArgs(namespace=self._namespace, labels=LABELS),
            string_data={"token": self._args.access_token},
            opts=pulumi.ResourceOptions(parent=self),
        )
        reference = kubernetes.core.v1.SecretKeySelectorArgs(
            name=secret.metadata.apply(lambda metadata: metadata.name or ""), key="token"
        )
        source = kubernetes.core.v1.EnvVarSourceArgs(secret_key_ref=reference)
        return [kubernetes.core.v1.EnvVarArgs(name="ACCESS_TOKEN", value_from=source)]

    def _server(self) -> kubernetes.core.v1.ContainerArgs:
        environment = {"KAFKA_TOPIC": self._args.topic, "PORT": str(PORT), **self._args.limits.environment}
        if self._args.open_to_the_world:
            environment["OPEN_TO_THE_WORLD"] = "true"
        server = self._container("serve", ["serve"], environment, memory=self._args.limits.memory)
        assert isinstance(server.env, list)
        server.env = [*server.env, *self._access_token()]
        server.ports = [kubernetes.core.v1.ContainerPortArgs(name="http", container_port=PORT)]
        # A new pod takes over once it has Kafka; later it stays open without: the page says what is wrong.
        server.startup_probe = _probe("/readyz", period_seconds=1, failure_threshold=SECONDS_TO_START)
        server.readiness_probe = _probe("/healthz", period_seconds=5, failure_threshold=3)
        server.liveness_probe = _probe("/healthz", period_seconds=10, failure_threshold=6)
        server.lifecycle = kubernetes.core.v1.LifecycleArgs(
            pre_stop=kubernetes.core.v1.LifecycleHandlerArgs(
                sleep=kubernetes.core.v1.SleepActionArgs(seconds=SECONDS_OF_LATE_CONNECTIONS)
            )
        )
        return server

    def _deployment(self, *, after: pulumi.Resource) -> kubernetes.apps.v1.Deployment:
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
                    spec=pod(self._server(), restart_policy="Always", spread=LABELS),
                ),
            ),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[after],
                custom_timeouts=pulumi.CustomTimeouts(create="30m", update="30m"),
            ),
        )

    def _disruption_budget(self) -> None:
        """Nodes are emptied one pod of ours after the other. A single pod would keep its node for ever."""
        if self._args.replicas < 2:
            return
        kubernetes.policy.v1.PodDisruptionBudget(
            "disruption-budget",
            metadata=self._metadata(NAME),
            spec=kubernetes.policy.v1.PodDisruptionBudgetSpecArgs(
                max_unavailable=1,
                selector=kubernetes.meta.v1.LabelSelectorArgs(match_labels=LABELS),
                # A pod that is not ready serves nobody, and its node must not wait for it.
                unhealthy_pod_eviction_policy="AlwaysAllow",
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _service(self) -> kubernetes.core.v1.Service:
        annotations = {SAID_OPEN: "appSourceRanges"} if self._args.open_to_the_world else {}
        return kubernetes.core.v1.Service(
            f"{NAME}-service",
            metadata=self._metadata(NAME, annotations),
            spec=kubernetes.core.v1.ServiceSpecArgs(
                type=kubernetes.core.v1.ServiceSpecType.LOAD_BALANCER,
                selector=LABELS,
                load_balancer_source_ranges=[*self._args.source_ranges],
                ports=[
                    kubernetes.core.v1.ServicePortArgs(
                        name="http", port=self._args.port, target_port=PORT, protocol="TCP"
                    )
                ],
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _metadata(
        self, name: str, annotations: Mapping[str, str] | None = None
    ) -> kubernetes.meta.v1.ObjectMetaArgs:
        return kubernetes.meta.v1.ObjectMetaArgs(
            name=name, namespace=self._namespace, labels=LABELS, annotations=annotations or None
        )

    def _container(
        self, name: str, arguments: Sequence[str], environment: Mapping[str, str], *, memory: str = MEMORY
    ) -> kubernetes.core.v1.ContainerArgs:
        """The image running one of its commands."""
        variables = {"KAFKA_BOOTSTRAP_SERVERS": self._args.bootstrap_servers, **environment}
        return container(name, self._args.image, arguments, variables, memory=memory)


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
