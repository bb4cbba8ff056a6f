"""Pods as this program runs them: without API credentials or root, and with nothing writable but /tmp."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_kubernetes as kubernetes

GRACE_SECONDS = 30
"""terminationGracePeriodSeconds: late connections (preStop) and then the requests under way fit into it."""
SPREAD_OVER = ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
USER = 10001
"""The user that the image's Dockerfile sets."""


def pod(
    container: kubernetes.core.v1.ContainerArgs,
    *,
    restart_policy: str,
    spread: Mapping[str, str] | None = None,
    volumes: Sequence[kubernetes.core.v1.VolumeArgs] = (),
) -> kubernetes.core.v1.PodSpecArgs:
    """A pod of one container that meets Kubernetes' "restricted" security standard.

    https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted

    spread: labels of pods that are spread evenly over zones and nodes, as far as there are enough of these.
    volumes: what the container mounts beside /tmp.
    """
    return kubernetes.core.v1.PodSpecArgs(
        containers=[container],
        topology_spread_constraints=[_evenly(over, spread) for over in SPREAD_OVER] if spread else None,
        restart_policy=restart_policy,
        # `az acr build` makes the image for these nodes alone.
        node_selector={"kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"},
        termination_grace_period_seconds=GRACE_SECONDS,
        automount_service_account_token=False,
        security_context=kubernetes.core.v1.PodSecurityContextArgs(
            run_as_non_root=True,
            run_as_user=USER,
            run_as_group=USER,
            seccomp_profile=kubernetes.core.v1.SeccompProfileArgs(type="RuntimeDefault"),
        ),
        volumes=[
            kubernetes.core.v1.VolumeArgs(
                name="tmp", empty_dir=kubernetes.core.v1.EmptyDirVolumeSourceArgs()
            ),
            *volumes,
        ],
    )


def _evenly(over: str, labels: Mapping[str, str]) -> kubernetes.core.v1.TopologySpreadConstraintArgs:
    return kubernetes.core.v1.TopologySpreadConstraintArgs(
        topology_key=over,
        max_skew=1,
        # With too few nodes pods share one, rather than stay pending.
        when_unsatisfiable="ScheduleAnyway",
        label_selector=kubernetes.meta.v1.LabelSelectorArgs(match_labels=labels),
        # Count only pods of the same version: those of the former one end during a rollout.
        match_label_keys=["pod-template-hash"],
    )


def container(
    name: str,
    image: pulumi.Input[str],
    arguments: Sequence[str],
    environment: Mapping[str, pulumi.Input[str]],
    *,
    memory: str,
    further: Sequence[kubernetes.core.v1.EnvVarArgs] = (),
    mounts: Sequence[kubernetes.core.v1.VolumeMountArgs] = (),
) -> kubernetes.core.v1.ContainerArgs:
    """A container of the image with these arguments; `memory` is its limit.

    further: variables whose values stand elsewhere, as in a Secret.
    mounts: of volumes of the pod, beside /tmp.
    """
    plain = [kubernetes.core.v1.EnvVarArgs(name=key, value=value) for key, value in environment.items()]
    return kubernetes.core.v1.ContainerArgs(
        name=name,
        image=image,
        args=[*arguments],
        env=[*plain, *further],
        # The last log lines become the termination message, which Pulumi shows as the reason of a failure.
        termination_message_policy="FallbackToLogsOnError",
        resources=kubernetes.core.v1.ResourceRequirementsArgs(
            requests={"cpu": "100m", "memory": "128Mi"}, limits={"memory": memory}
        ),
        security_context=kubernetes.core.v1.SecurityContextArgs(
            allow_privilege_escalation=False,
            read_only_root_filesystem=True,
            capabilities=kubernetes.core.v1.CapabilitiesArgs(drop=["ALL"]),
        ),
        volume_mounts=[kubernetes.core.v1.VolumeMountArgs(name="tmp", mount_path="/tmp"), *mounts],
    )
