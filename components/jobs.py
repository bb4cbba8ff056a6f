"""Jobs that run once for each change of their work: a digest of the work is part of their name."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pulumi
import pulumi_kubernetes as kubernetes

from .pods import pod


def digest(*work: str) -> str:
    """Ten hexadecimal digits that stand for these texts."""
    return hashlib.sha256("\n".join(work).encode()).hexdigest()[:10]


def job_spec(
    container: kubernetes.core.v1.ContainerArgs, *, name: str, final: Sequence[int]
) -> kubernetes.batch.v1.JobSpecArgs:
    """A Job of one pod, labelled with `name`, that is not retried after an exit status in `final`.

    A failure that no retry can cure then ends the Job at once, rather than after minutes of retries.
    """
    policy = kubernetes.batch.v1.PodFailurePolicyArgs(
        rules=[
            kubernetes.batch.v1.PodFailurePolicyRuleArgs(
                action="FailJob",
                on_exit_codes=kubernetes.batch.v1.PodFailurePolicyOnExitCodesRequirementArgs(
                    container_name=container.name, operator="In", values=[*final]
                ),
            )
        ]
    )
    return kubernetes.batch.v1.JobSpecArgs(
        # For failures of the container; a pull that fails is retried by the kubelet, and doesn't count.
        backoff_limit=4,
        active_deadline_seconds=1500,
        pod_failure_policy=policy,
        template=kubernetes.core.v1.PodTemplateSpecArgs(
            metadata=kubernetes.meta.v1.ObjectMetaArgs(labels={"app.kubernetes.io/name": name}),
            spec=pod(container, restart_policy="Never"),
        ),
    )


def metadata(
    name: pulumi.Input[str], namespace: pulumi.Input[str], labels: dict[str, str]
) -> kubernetes.meta.v1.ObjectMetaArgs:
    """Metadata by which the next `up` replaces a Job that failed, since the cause may be mended by then."""
    return kubernetes.meta.v1.ObjectMetaArgs(
        name=name, namespace=namespace, labels=labels, annotations={"pulumi.com/replaceUnready": "true"}
    )
