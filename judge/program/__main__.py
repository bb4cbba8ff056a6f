"""The component that puts the application into Kubernetes, with what the environment says of it."""

import json
import os
from typing import Any

import pulumi

from components.aks_access import kubernetes_provider
from components.settings.app_limits import AppLimits
from components.workload import KafkaTestApp, KafkaTestAppArgs

settings = json.loads(os.environ["SETTINGS"])
SECONDS = settings["seconds"]


def shorten(resource: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """Nothing is waited for as long as in earnest: no Job's end, no rollout, no address."""
    if not resource.type_.startswith("kubernetes:"):
        return None
    resource.opts.custom_timeouts = pulumi.CustomTimeouts(create=f"{SECONDS}s", update=f"{SECONDS}s")
    properties: dict[str, Any] = dict(resource.props)
    specification = properties.get("spec") or {}
    if "activeDeadlineSeconds" in specification:
        properties["spec"] = {**specification, "activeDeadlineSeconds": SECONDS}
    return pulumi.ResourceTransformResult(properties, resource.opts)


pulumi.runtime.register_resource_transform(shorten)
provider = kubernetes_provider(
    pulumi.Output.secret(os.environ["KUBECONFIG_TEXT"]), "judge", pulumi.ResourceOptions()
)
app = KafkaTestApp(
    "app",
    KafkaTestAppArgs(
        kafka=None,
        kubeconfig=pulumi.Output.secret(os.environ["KUBECONFIG_TEXT"]),
        namespace=settings["namespace"],
        image=settings["image"],
        bootstrap_servers=settings["brokers"],
        topics=[{"name": "messages", "partitions": 3, "replicationFactor": 3, "config": {}}],
        topic="messages",
        replicas=settings["replicas"],
        port=settings["port"],
        source_ranges=settings["source_ranges"],
        open_to_the_world=False,
        hosts=[],
        access_token=pulumi.Output.secret(settings["token"]) if settings["token"] else None,
        limits=AppLimits(),
    ),
    pulumi.ResourceOptions(provider=provider),
)
pulumi.export("url", app.url)
pulumi.export("roundTripMilliseconds", app.round_trip_milliseconds)
