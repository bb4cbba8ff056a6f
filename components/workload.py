"""The test application in Kubernetes: topics, check, Deployment and Service."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from . import jobs
from .app_namespace import LABELS, NAME, AppNamespace
from .assigned import assigned_generation, assigned_name, assigned_uid
from .cluster.waiting import Limits
from .exposure import EXISTS, port_forward, service_annotations, service_name, service_spec
from .job_message import JobMessage
from .numbered_secret import numbered_secret
from .pods import container, pod
from .rollout import Rollout
from .settings.objects.app_limits import AppLimits
from .settings.values.visitors import Exposure

PORT = 8080
HEALTH_PORT = 8081
"""For probes alone: however many connections clients hold, these get their answer."""
PORTS = (PORT, HEALTH_PORT)
"""At which pods take connections."""
MEMORY = "256Mi"
"""Memory limit of the pod of a Job."""
OPEN_ANNOTATION = "aks-kafka/open-to-the-world"
"""Annotation of a Service that everybody may reach; its value is the setting that decided so."""
OPEN_WARNING = (
    "Everybody on the Internet can open the test application's page and read the messages of its topic: "
    "appSourceRanges leaves nobody out. appAccessToken keeps strangers from sending."
)
PRE_STOP_SECONDS = 5
"""How long a terminating pod goes on serving, until every node has removed it from the Service."""
STARTUP_SECONDS = 600
"""How long a pod may wait for Kafka before it is restarted."""
PATIENCE_SECONDS = 30
"""How long a check retries before it reports a link as broken: brokers may be starting, routes spreading."""


@dataclass(frozen=True)
class KafkaTestAppArgs:
    """Arguments of KafkaTestApp.

    kafka: the cluster, whose replacement declares the topics again; None for an existing cluster.
    namespace: where everything goes, with the login to Kafka.
    topics: {name, partitions, replicationFactor, config} each, in the form that the image reads.
    exposure: whether a load balancer, public or internal, leads to the page, or none does.
    source_ranges: from where the page can be opened, by a load balancer.
    access_token: what sending takes; None lets everybody send.
    waiting: how long Jobs and pods may take.
    """

    kafka: pulumi.Resource | None
    namespace: AppNamespace
    image: pulumi.Input[str]
    topics: Sequence[Mapping[str, object]]
    topic: str
    replicas: int
    port: int
    exposure: Exposure
    source_ranges: Sequence[str]
    open_to_the_world: bool
    hosts: Sequence[str]
    access_token: pulumi.Input[str] | None
    limits: AppLimits
    waiting: Limits = field(default_factory=Limits)


class KafkaTestApp(pulumi.ComponentResource):
    """The test application and its topics: a page that sends what is typed to Kafka and shows what returns.

    `opts` has to hold a Kubernetes provider, and dependencies on whatever makes the brokers reachable and the
    image pullable.
    """

    url: pulumi.Output[str]
    """Where the page is; empty without a load balancer."""
    round_trip_milliseconds: pulumi.Output[float | None]
    """Median round trip to Kafka, as the check's pod last measured it."""

    def __init__(self, name: str, args: KafkaTestAppArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("aks-kafka:index:KafkaTestApp", name, None, opts)
        self._args, self._namespace = args, args.namespace
        topics = self._result(self._topics(), "create-topics-result")
        check = self._result(self._check(after=topics), "check-result")
        self.round_trip_milliseconds = check.message.apply(_round_trip)
        self._rollout(self._deployment(after=check))
        self._disruption_budget()
        if args.open_to_the_world:
            pulumi.log.warn(OPEN_WARNING, self)
        self.url = self._address(self._service())
        self.register_outputs({"url": self.url, "roundTripMilliseconds": self.round_trip_milliseconds})

    def _topics(self) -> kubernetes.batch.v1.Job:
        """Create the topics, in a Job, since only pods reach the brokers."""
        topics = json.dumps(self._args.topics, sort_keys=True)
        return self._job("create-topics", ["create-topics"], {"KAFKA_TOPICS": topics})

    def _check(self, *, after: pulumi.Resource) -> kubernetes.batch.v1.Job:
        """Check the links to Kafka, in a Job that names the broken one; a Deployment would only time out."""
        return self._job(
            "check",
            ["check", "--patience", str(PATIENCE_SECONDS), "--result", "/dev/termination-log"],
            {"KAFKA_TOPIC": self._args.topic},
            again_for=[json.dumps(self._args.topics)],
            after=[after],
        )

    def _job(
        self,
        name: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        *,
        again_for: Sequence[str] = (),
        after: Sequence[pulumi.Resource] = (),
    ) -> kubernetes.batch.v1.Job:
        spec = jobs.job_spec(
            self._container(name, arguments, environment),
            labels={"app.kubernetes.io/name": name, **self._namespace.labels},
            seconds=self._args.waiting.job,
        )
        return kubernetes.batch.v1.Job(
            name,
            metadata=self._metadata(
                jobs.job_name(name, spec, *again_for), {**jobs.REPLACED_UNLESS_COMPLETE, **EXISTS}
            ),
            spec=spec,
            opts=self._options(
                *after,
                replace_with=[self._args.kafka] if self._args.kafka else None,
                # A run that fails leaves what it has replaced to the next one to delete, which may have made
                # a Job of the same name again: for the work of before.
                delete_before_replace=True,
            ),
        )

    def _result(self, job: kubernetes.batch.v1.Job, name: str) -> JobMessage:
        return JobMessage(
            name,
            kubeconfig=self._namespace.kubeconfig,
            namespace=self._namespace.name,
            job=assigned_name(job),
            job_uid=assigned_uid(job),
            limits=self._args.waiting,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _rollout(self, deployment: kubernetes.apps.v1.Deployment) -> Rollout:
        return Rollout(
            "rollout",
            kubeconfig=self._namespace.kubeconfig,
            namespace=self._namespace.name,
            deployment=NAME,
            uid=assigned_uid(deployment),
            generation=assigned_generation(deployment),
            limits=self._args.waiting,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _access_token(self) -> Sequence[kubernetes.core.v1.EnvVarArgs]:
        """The environment variable with the token, from a Secret; empty without a token."""
        if self._args.access_token is None:
            return []
        content = {"token": self._args.access_token}
        secret = numbered_secret(
            "access-token", content, self._namespace.recorded, self._metadata, self._options()
        )
        return [secret.variable("ACCESS_TOKEN", key="token")]

    def _server(self) -> kubernetes.core.v1.ContainerArgs:
        environment = {
            "KAFKA_TOPIC": self._args.topic,
            "PORT": str(PORT),
            "HEALTH_PORT": str(HEALTH_PORT),
            **self._args.limits.environment,
        }
        if self._args.hosts:
            environment["APP_HOSTS"] = ",".join(self._args.hosts)
        if self._args.open_to_the_world:
            environment["OPEN_TO_THE_WORLD"] = "true"
        server = self._container("serve", ["serve"], environment, memory=self._args.limits.memory)
        assert isinstance(server.env, list)
        server.env = [*server.env, *self._access_token()]
        server.ports = [
            kubernetes.core.v1.ContainerPortArgs(name="http", container_port=PORT),
            kubernetes.core.v1.ContainerPortArgs(name="health", container_port=HEALTH_PORT),
        ]
        # A new pod becomes ready when it reaches Kafka, and stays ready without: the page says what is wrong.
        server.startup_probe = _probe("/readyz", period_seconds=1, failure_threshold=STARTUP_SECONDS)
        server.readiness_probe = _probe("/healthz", period_seconds=5, failure_threshold=3)
        server.liveness_probe = _probe("/healthz", period_seconds=10, failure_threshold=6)
        server.lifecycle = kubernetes.core.v1.LifecycleArgs(
            pre_stop=kubernetes.core.v1.LifecycleHandlerArgs(
                sleep=kubernetes.core.v1.SleepActionArgs(seconds=PRE_STOP_SECONDS)
            )
        )
        return server

    def _deployment(self, *, after: pulumi.Resource) -> kubernetes.apps.v1.Deployment:
        return kubernetes.apps.v1.Deployment(
            NAME,
            metadata=self._metadata(NAME, EXISTS),
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
                    metadata=kubernetes.meta.v1.ObjectMetaArgs(labels={**LABELS, **self._namespace.labels}),
                    spec=pod(self._server(), restart_policy="Always", spread=LABELS),
                ),
            ),
            opts=self._options(after),
        )

    def _disruption_budget(self) -> None:
        """Evict one pod at a time when nodes are drained. A single pod has no budget: it could never go."""
        if self._args.replicas < 2:
            return
        kubernetes.policy.v1.PodDisruptionBudget(
            "disruption-budget",
            metadata=self._metadata(NAME),
            spec=kubernetes.policy.v1.PodDisruptionBudgetSpecArgs(
                max_unavailable=1,
                selector=kubernetes.meta.v1.LabelSelectorArgs(match_labels=LABELS),
                # A pod that is not ready serves nobody, so draining its node need not wait for it.
                unhealthy_pod_eviction_policy="AlwaysAllow",
            ),
            opts=self._options(),
        )

    def _service(self) -> kubernetes.core.v1.Service:
        args, name = self._args, service_name(self._args.exposure, NAME)
        said = {OPEN_ANNOTATION: "appSourceRanges"} if args.open_to_the_world else {}
        return kubernetes.core.v1.Service(
            f"{name}-service",
            metadata=self._metadata(name, {**service_annotations(args.exposure), **said}),
            spec=service_spec(
                args.exposure,
                selector=LABELS,
                port=args.port,
                target_port=PORT,
                source_ranges=args.source_ranges,
            ),
            opts=self._options(),
        )

    def _address(self, service: kubernetes.core.v1.Service) -> pulumi.Output[str]:
        """The page's URL; empty where nothing leads to it but a port-forward, which is said."""
        args = self._args
        if args.exposure == "none":
            pulumi.log.info(port_forward(args.namespace.declared_name, NAME, args.port), self)
            return pulumi.Output.from_input("")
        return service.status.apply(lambda status: _url(status, args.port))

    def _metadata(
        self, name: pulumi.Input[str], annotations: Mapping[str, str] | None = None
    ) -> kubernetes.meta.v1.ObjectMetaArgs:
        return self._namespace.metadata(name, annotations, labels=LABELS)

    def _options(self, *after: pulumi.Resource, **more: Any) -> pulumi.ResourceOptions:
        return self._namespace.options(self, *after, **more)

    def _container(
        self, name: str, arguments: Sequence[str], environment: Mapping[str, str], *, memory: str = MEMORY
    ) -> kubernetes.core.v1.ContainerArgs:
        """A container of the image that runs one of its commands."""
        variables = {"KAFKA_BOOTSTRAP_SERVERS": self._namespace.bootstrap_servers, **environment}
        further = self._namespace.login
        return container(name, self._args.image, arguments, variables, memory=memory, further=further)


def _round_trip(text: str) -> float | None:
    return json.loads(text)["roundTripMilliseconds"] if text else None


def _probe(path: str, *, period_seconds: int, failure_threshold: int) -> kubernetes.core.v1.ProbeArgs:
    return kubernetes.core.v1.ProbeArgs(
        http_get=kubernetes.core.v1.HTTPGetActionArgs(path=path, port=HEALTH_PORT),
        period_seconds=period_seconds,
        timeout_seconds=3,
        failure_threshold=failure_threshold,
    )


def _url(status: kubernetes.core.v1.outputs.ServiceStatus | None, port: int) -> str:
    """The URL of the load balancer, whose address the provider has waited for. Raises pulumi.RunError."""
    balancer = status.load_balancer if status else None
    if not balancer or not balancer.ingress:
        raise pulumi.RunError(f"the Service {NAME} had no address yet: run `pulumi up --refresh`")
    ingress = balancer.ingress[0]
    return f"http://{ingress.ip or ingress.hostname}" + ("" if port == 80 else f":{port}")
