"""The delays before the cluster tries again."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Backoff:
    """A delay that doubles with every failure up to a limit. All in seconds."""

    initial: float
    limit: float

    def delay(self, failures: int) -> float:
        """The wait after the `failures`-th failure in a row; none before the first."""
        if failures < 1:
            return 0.0
        # The limit is reached long before 2**32; an uncapped exponent would overflow.
        return min(self.limit, self.initial * 2 ** min(failures - 1, 32))


@dataclass(frozen=True)
class Timing:
    """The delays of kubelet and controllers; the defaults are Kubernetes' own."""

    # https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff
    image_pull: Backoff = field(default=Backoff(10, 300))
    # https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
    restart: Backoff = field(default=Backoff(10, 300))
    restart_reset: float = 600
    """The back-off starts from the beginning after a run of this many seconds."""
    # https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-backoff-failure-policy
    job: Backoff = field(default=Backoff(10, 360))
    # A kubelet looks again at a pod whose Secret or ConfigMap is missing: the resync of its syncLoop.
    configuration: float = 2
