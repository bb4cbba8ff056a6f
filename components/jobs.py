"""What is done once, in a pod: named for its work, so that new work makes it run, and old work does not."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pulumi
import pulumi_kubernetes as kubernetes

from .pods import pod


def digest(*work: str) -> str:
    """A short name for the work that these texts describe."""
    return hashlib.sha256("\n".join(work).encode()).hexdigest()[:10]


def job_spec(
    container: kubernetes.core.v1.ContainerArgs, *, name: str, final: Sequence[int]
) -> kubernetes.batch.v1.JobSpecArgs:
    """A Job of one pod, labelled with `name`. After an exit status in `final` there is no second try.

    Whoever waits for the Job then gets its reason with the first pod, not after minutes of tries in vain.
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
        # A pull may fail until the registry knows AKS's nodes; tries are for what comes after it.
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
    """A Job that failed is made again by the next `up`, whatever was wrong may have been put right."""
    return kubernetes.meta.v1.ObjectMetaArgs(
        name=name, namespace=namespace, labels=labels, annotations={"pulumi.com/replaceUnready": "true"}
    )
