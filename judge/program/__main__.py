"""A program that deploys the application into Kubernetes, with the settings in the variable SETTINGS."""

import json
import os
from unittest import mock

import pulumi

from components.aks_access import kubernetes_provider
from components.app_namespace import AppNamespace, AppNamespaceArgs
from components.cluster.waiting import Limits
from components.kafka_login import KafkaLogin
from components.ownership import Ownership
from components.settings.objects.app_limits import AppLimits
from components.settings.state import recorded_outputs
from components.workload import PORTS, KafkaTestApp, KafkaTestAppArgs

settings = json.loads(os.environ["SETTINGS"])
SECONDS = settings["seconds"]


def shorten(resource: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """Shortens the timeouts of Pulumi's Kubernetes provider to those of the scenario."""
    if not resource.type_.startswith("kubernetes:"):
        return None
    resource.opts.custom_timeouts = pulumi.CustomTimeouts(create=f"{SECONDS}s", update=f"{SECONDS}s")
    return pulumi.ResourceTransformResult(resource.props, resource.opts)


if not settings["marked"]:
    mock.patch.multiple(Ownership, labels={}, annotations={}).start()
pulumi.runtime.register_resource_transform(shorten)
provider = kubernetes_provider(
    "judge", pulumi.Output.secret(os.environ["KUBECONFIG_TEXT"]), "judge", pulumi.ResourceOptions()
)
namespace = AppNamespace(
    "app-namespace",
    AppNamespaceArgs(
        kubeconfig=pulumi.Output.secret(os.environ["KUBECONFIG_TEXT"]),
        recorded=recorded_outputs(),
        deleted_with=None,
        name=settings["namespace"],
        exists=settings["namespace_exists"],
        network_policy=True,
        ports=PORTS,
        bootstrap_servers=settings["brokers"],
        login=KafkaLogin("PLAINTEXT"),
    ),
    pulumi.ResourceOptions(provider=provider),
)
app = KafkaTestApp(
    "app",
    KafkaTestAppArgs(
        kafka=None,
        namespace=namespace,
        image=settings["image"],
        topics=[{"name": "messages", "partitions": 3, "replicationFactor": 3, "config": {}}],
        topic="messages",
        replicas=settings["replicas"],
        port=settings["port"],
        exposure="public",
        source_ranges=settings["source_ranges"],
        open_to_the_world=False,
        hosts=[],
        access_token=pulumi.Output.secret(settings["token"]) if settings["token"] else None,
        limits=AppLimits(),
        waiting=Limits(job=SECONDS, rollout=SECONDS, lasting=SECONDS / 2, role=SECONDS / 2),
    ),
    pulumi.ResourceOptions(provider=provider),
)
pulumi.export("url", app.url)
pulumi.export("roundTripMilliseconds", app.round_trip_milliseconds)
