"""Two clusters for all scenarios of a run."""

from collections.abc import Iterator

import pytest

from judge.binaries import build
from judge.emulated import emulated_cluster
from judge.real import real_cluster
from judge.sites import Sites


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    folder = tmp_path_factory.mktemp("judge")
    with emulated_cluster(folder / "emulated") as emulated, real_cluster(build(), folder / "real") as real:
        yield Sites(emulated, real, folder / "stacks")
