"""What programs get that ask the API server themselves, over HTTPS with what the kubeconfig holds."""

from collections.abc import Iterator

import pytest

from emulator.kubernetes.server.objects import is_true
from emulator.tests.kubernetes_world import Site, ask, job, site


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("api-server")) as one:
        yield one


PODS = "/api/v1/namespaces/default/pods"


def test_a_job_s_pods_are_found_with_what_they_left(cluster: Site) -> None:
    write = "import pathlib; pathlib.Path('/dev/termination-log').write_text('all is well')"
    done = cluster.create(job("run", write, name="writes"))
    silent = cluster.create(job("succeed", name="silent"))
    cluster.wait(lambda: all(is_true(cluster.get(one), "Complete") for one in (done, silent)))
    status, found = ask(cluster, f"{PODS}?labelSelector=batch.kubernetes.io%2Fjob-name%3Dwrites")
    assert (status, found["kind"], len(found["items"])) == (200, "PodList", 1)
    ended = found["items"][0]["status"]["containerStatuses"][0]["state"]["terminated"]
    assert (ended["exitCode"], ended["message"]) == (0, "all is well")
    assert len(ask(cluster, PODS)[1]["items"]) == 2
    assert ask(cluster, "/api/v1/namespaces/other/pods")[1]["items"] == []


def test_what_a_pod_leaves_goes_before_what_it_prints(cluster: Site) -> None:
    write = (
        "import sys; print('printed'); open('/dev/termination-log', 'w').write('left' * 2000); sys.exit(1)"
    )
    failed = job("run", write, name="fails", backoffLimit=0)
    failed["spec"]["template"]["spec"]["containers"][0]["terminationMessagePolicy"] = "FallbackToLogsOnError"
    cluster.create(failed)
    cluster.wait(lambda: is_true(cluster.get(failed), "Failed"))
    _, found = ask(cluster, f"{PODS}?labelSelector=batch.kubernetes.io/job-name=fails")
    assert (
        found["items"][0]["status"]["containerStatuses"][0]["state"]["terminated"]["message"] == "left" * 1024
    )


@pytest.mark.parametrize("token", ["", "another"])
def test_nobody_is_answered_without_the_token(cluster: Site, token: str) -> None:
    status, refusal = ask(cluster, PODS, token=token)
    assert (status, refusal["reason"]) == (401, "Unauthorized")


@pytest.mark.parametrize(
    ("method", "path", "named"),
    [
        ("GET", "/api/v1/nodes", "GET /api/v1/nodes"),
        ("DELETE", PODS, f"DELETE {PODS}"),
        ("GET", f"{PODS}?watch=true", "pods?watch"),
        ("GET", f"{PODS}?labelSelector=a+in+(b)", "labelSelector a in (b)"),
    ],
)
def test_everything_else_is_refused_by_name(cluster: Site, method: str, path: str, named: str) -> None:
    status, refusal = ask(cluster, path, method=method)
    assert status == 501
    assert refusal["message"].startswith("not modelled by the emulator: ")
    assert named in refusal["message"]


def test_the_address_stays_when_the_cluster_starts_again(cluster: Site) -> None:
    before = cluster.cluster.kubeconfig()
    cluster.cluster.close()
    cluster.cluster.revive()
    assert cluster.cluster.kubeconfig() == before
    assert ask(cluster, PODS)[0] == 200
