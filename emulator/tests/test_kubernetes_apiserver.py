"""What programs get that ask the API server themselves, over HTTPS with what the kubeconfig holds."""

import datetime
from collections.abc import Iterator

import pytest

from emulator.kubernetes.server.objects import Object, is_true
from emulator.tests.kubernetes_world import Site, ask, deployment, job, site


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("api-server")) as one:
        yield one


def owned(pod: Object, name: str) -> bool:
    return pod["metadata"]["name"].startswith(f"{name}-")


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


def test_a_pod_s_log_is_read_run_by_run_and_by_its_age(cluster: Site) -> None:
    printing = (
        "import pathlib, time; mark = pathlib.Path('/tmp/again'); again = mark.exists(); mark.touch();"
        "print('again' if again else 'first', flush=True); time.sleep(300 if again else 1.5); print('last')"
    )
    web = deployment("prints", 1, args=["run", printing])
    web["spec"]["template"]["spec"]["containers"][0]["name"] = "printer"
    cluster.create(web)
    [pod] = cluster.wait_for(lambda: [one for one in cluster.pods() if owned(one, "prints")])
    name = pod["metadata"]["name"]
    log = f"{PODS}/{name}/log"

    def restarted() -> bool:
        [status] = cluster.get(pod)["status"].get("containerStatuses", [{}])
        return status.get("restartCount") == 1 and "running" in status["state"]

    cluster.wait(restarted)
    cluster.wait_log(pod, "again")
    assert ask(cluster, f"{log}?container=printer") == (200, "again\n")
    assert ask(cluster, f"{log}?previous=true") == (200, "first\nlast\n")
    cut = ask(cluster, f"{log}?previous=true&sinceSeconds=600&tailLines=1&limitBytes=3&timestamps=false")
    assert cut == (200, "las")
    stamped = ask(cluster, f"{log}?previous=true&timestamps=true")[1].splitlines()
    first, last = (datetime.datetime.fromisoformat(line.split()[0][:26] + "+00:00") for line in stamped)
    assert datetime.timedelta(seconds=1) < last - first < datetime.timedelta(seconds=60)
    status, refusal = ask(cluster, f"{log}?container=other")
    assert (status, refusal["message"]) == (400, f"container other is not valid for pod {name}")
    status, refusal = ask(cluster, f"{PODS}/nobody/log")
    assert (status, refusal["message"]) == (404, 'pods "nobody" not found')


def test_a_container_that_waits_for_its_image_has_no_log(cluster: Site) -> None:
    cluster.images.refusal = "unauthorized"
    try:
        cluster.create(deployment("waits", 1, imagePullPolicy="Always"))
        [pod] = cluster.wait_for(lambda: [one for one in cluster.pods() if owned(one, "waits")])
        cluster.wait(lambda: "ImagePullBackOff" in str(cluster.get(pod)["status"]))
        status, refusal = ask(cluster, f"{PODS}/{pod['metadata']['name']}/log")
        assert (status, refusal["reason"]) == (400, "BadRequest")
        assert "is waiting to start: trying and failing to pull image" in refusal["message"]
    finally:
        cluster.images.refusal = None


def test_a_pod_resolves_the_names_of_its_host_aliases(cluster: Site) -> None:
    asking = (
        "import socket; print(socket.gethostbyname('wn0-x.example.internal'), socket.gethostbyname('wn0-x'))"
    )
    named = job("run", f"{asking}; print(open('/etc/hosts').read())", name="named")
    named["spec"]["template"]["spec"]["hostAliases"] = [
        {"ip": "10.10.0.6", "hostnames": ["wn0-x.example.internal", "wn0-x"]}
    ]
    done = cluster.create(named)
    cluster.wait(lambda: is_true(cluster.get(done), "Complete"))
    [pod] = [one for one in cluster.pods() if owned(one, "named")]
    said = ask(cluster, f"{PODS}/{pod['metadata']['name']}/log")[1]
    assert said.startswith("10.10.0.6 10.10.0.6\n# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n")
    own = f"{pod['status']['podIP']}\t{pod['metadata']['name']}\n"
    added = "\n# Entries added by HostAliases.\n10.10.0.6\twn0-x.example.internal\twn0-x\n"
    assert said.endswith(f"{own}{added}\n")


def test_a_file_that_is_mounted_as_the_hosts_file_takes_its_place(cluster: Site) -> None:
    text = "127.0.0.1\tlocalhost\n10.10.0.6\twn0-my-ka-.internal.cloudapp.net\n"
    asking = "import socket; print(socket.gethostbyname('wn0-my-ka-.internal.cloudapp.net'))"
    named = job("run", f"{asking}; print(open('/etc/hosts').read(), end='')", name="mounted")
    template = named["spec"]["template"]
    template["metadata"] = {"annotations": {"example.org/hosts": text}}
    item = {"path": "hosts", "fieldRef": {"fieldPath": "metadata.annotations['example.org/hosts']"}}
    template["spec"]["volumes"] = [{"name": "hosts", "downwardAPI": {"items": [item]}}]
    template["spec"]["containers"][0]["volumeMounts"] = [
        {"name": "hosts", "mountPath": "/etc/hosts", "subPath": "hosts"}
    ]
    done = cluster.create(named)
    cluster.wait(lambda: is_true(cluster.get(done), "Complete"))
    [pod] = [one for one in cluster.pods() if owned(one, "mounted")]
    assert ask(cluster, f"{PODS}/{pod['metadata']['name']}/log") == (200, f"10.10.0.6\n{text}")


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
