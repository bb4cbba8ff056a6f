"""The emulated and the real cluster, for all scenarios of a run."""

from collections.abc import Iterator

import pytest

from judge.binaries import build
from judge.cluster_pair import ClusterPair
from judge.emulated import emulated_cluster
from judge.real import real_cluster


@pytest.fixture(scope="session")
def clusters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterPair]:
    folder = tmp_path_factory.mktemp("judge")
    with emulated_cluster(folder / "emulated") as emulated, real_cluster(build(), folder / "real") as real:
        yield ClusterPair(emulated, real, folder / "stacks")
