"""How every pod of this program runs: without rights, without root, with nothing to write on but /tmp."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_kubernetes as kubernetes

SECONDS_TO_END = 30
"""From its end being ordered until a pod is killed: late connections, then what the app still has to send."""
SPREAD_OVER = ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
USER = 10001
"""The image's own."""


def pod(
    container: kubernetes.core.v1.ContainerArgs,
    *,
    restart_policy: str,
    spread: Mapping[str, str] | None = None,
) -> kubernetes.core.v1.PodSpecArgs:
    """A pod of one container, which keeps to Kubernetes' "restricted" security standard.

    https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted

    Pods with the labels `spread` share zones and nodes evenly, as far as that can be.
    """
    return kubernetes.core.v1.PodSpecArgs(
        containers=[container],
        topology_spread_constraints=[_evenly(over, spread) for over in SPREAD_OVER] if spread else None,
        restart_policy=restart_policy,
        termination_grace_period_seconds=SECONDS_TO_END,
        automount_service_account_token=False,
        security_context=kubernetes.core.v1.PodSecurityContextArgs(
            run_as_non_root=True,
            run_as_user=USER,
            run_as_group=USER,
            seccomp_profile=kubernetes.core.v1.SeccompProfileArgs(type="RuntimeDefault"),
        ),
        volumes=[
            kubernetes.core.v1.VolumeArgs(name="tmp", empty_dir=kubernetes.core.v1.EmptyDirVolumeSourceArgs())
        ],
    )


def _evenly(over: str, labels: Mapping[str, str]) -> kubernetes.core.v1.TopologySpreadConstraintArgs:
    return kubernetes.core.v1.TopologySpreadConstraintArgs(
        topology_key=over,
        max_skew=1,
        # One node too few must not keep the page away.
        when_unsatisfiable="ScheduleAnyway",
        label_selector=kubernetes.meta.v1.LabelSelectorArgs(match_labels=labels),
        # Pods of the former version go: counting them would crowd the new ones.
        match_label_keys=["pod-template-hash"],
    )


def container(
    name: str,
    image: pulumi.Input[str],
    arguments: Sequence[str],
    environment: Mapping[str, pulumi.Input[str]],
    *,
    memory: str,
) -> kubernetes.core.v1.ContainerArgs:
    """A container of the image with these arguments; `memory` is the most it may have."""
    return kubernetes.core.v1.ContainerArgs(
        name=name,
        image=image,
        args=[*arguments],
        env=[kubernetes.core.v1.EnvVarArgs(name=key, value=value) for key, value in environment.items()],
        # What the image says last is the reason of its failure, which Pulumi then shows.
        termination_message_policy="FallbackToLogsOnError",
        resources=kubernetes.core.v1.ResourceRequirementsArgs(
            requests={"cpu": "100m", "memory": "128Mi"}, limits={"memory": memory}
        ),
        security_context=kubernetes.core.v1.SecurityContextArgs(
            allow_privilege_escalation=False,
            read_only_root_filesystem=True,
            capabilities=kubernetes.core.v1.CapabilitiesArgs(drop=["ALL"]),
        ),
        volume_mounts=[kubernetes.core.v1.VolumeMountArgs(name="tmp", mount_path="/tmp")],
    )
