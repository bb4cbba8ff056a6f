"""How every pod of this program runs: without rights, without root, with nothing to write on but /tmp."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_kubernetes as kubernetes

SECONDS_TO_END = 30
"""From its end being ordered until a pod is killed: late connections, then what the app still has to send."""
USER = 10001
"""The image's own."""


def pod(
    container: kubernetes.core.v1.ContainerArgs, *, restart_policy: str
) -> kubernetes.core.v1.PodSpecArgs:
    """A pod of one container, which keeps to Kubernetes' "restricted" security standard.

    https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
    """
    return kubernetes.core.v1.PodSpecArgs(
        containers=[container],
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


def container(
    name: str,
    image: pulumi.Input[str],
    arguments: Sequence[str],
    environment: Mapping[str, pulumi.Input[str]],
    *,
    memory: str = "256Mi",
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
