"""What a refresh finds out about objects."""

from pathlib import Path

import pytest

from emulator.providers.provider import ProviderError
from emulator.tests.kubernetes_provider import LATER, Cluster, service, settings
from emulator.tests.kubernetes_world import job


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    return Cluster(tmp_path)


def test_a_refresh_finds_what_others_changed(cluster: Cluster) -> None:
    state = cluster.create(settings(a="1"))
    live = cluster.get(settings())
    assert cluster.objects.replace({**live, "data": {"a": "changed"}})
    inputs, outputs = cluster.read(state, settings(a="1"))
    assert inputs["data"] == outputs["data"] == {"a": "changed"}
    assert outputs["__fieldManager"] == state["__fieldManager"]


def test_a_refresh_takes_a_secret_as_it_was_declared(cluster: Cluster) -> None:
    declared = {**settings(), "kind": "Secret", "stringData": {"key": "value"}}
    del declared["data"]
    state = cluster.create(declared)
    assert cluster.read(state, declared)[0] == declared
    live = cluster.get(declared)
    assert cluster.objects.replace({**live, "data": {"key": "b3RoZXI="}})
    assert cluster.read(state, declared)[0]["data"] == {"key": "b3RoZXI="}


def test_a_refresh_says_of_a_job_that_has_not_succeeded_what_is_wrong(cluster: Cluster) -> None:
    work = job("succeed")
    with pytest.raises(ProviderError):
        cluster.create(work)
    failed = {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "over"}
    cluster.objects.set_status(cluster.get(work), {"conditions": [failed]})
    with pytest.raises(ProviderError, match="Resource 'work' was created but failed to initialize") as found:
        cluster.read({}, work)
    assert "[BackoffLimitExceeded] over" in str(found.value)
    assert found.value.partial is not None
    assert (found.value.partial[0], found.value.inputs) == ("default/work", work)
    complete = {"type": "Complete", "status": "True"}
    cluster.objects.set_status(cluster.get(work), {"conditions": [complete]})
    assert cluster.read({}, work)[0] == work


def test_a_refresh_does_not_judge_what_is_not_waited_for(cluster: Cluster) -> None:
    state = cluster.create(service(80))
    assert "ingress" not in cluster.get(service())["status"]["loadBalancer"]
    assert cluster.read(state, service(80))[0] == service(80)
    assert LATER.items() <= state["metadata"]["annotations"].items()
