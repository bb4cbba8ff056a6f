"""How long the cluster waits before it tries again."""

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
        # Beyond 2**32 the limit holds anyway, and floats would overflow at last.
        return min(self.limit, self.initial * 2 ** min(failures - 1, 32))


@dataclass(frozen=True)
class Timing:
    """The delays of kubelet and controllers; the defaults are Kubernetes' own."""

    # https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff
    image_pull: Backoff = field(default=Backoff(10, 300))
    # https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
    restart: Backoff = field(default=Backoff(10, 300))
    restart_reset: float = 600
    """A container that ran this long, in seconds, starts again without what was added up before."""
    # https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-backoff-failure-policy
    job: Backoff = field(default=Backoff(10, 360))
    # syncLoop's resync: a pod whose secret or config map is missing is looked at again.
    configuration: float = 2
