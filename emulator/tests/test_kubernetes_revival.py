"""A cluster outlives its daemon: what comes back, and what is not done again."""

import contextlib
import urllib.request

import pytest

from emulator.kubernetes.server.objects import Key, is_true, key_of
from emulator.logs import all_logs
from emulator.network.names import find
from emulator.network.world import World
from emulator.tests.kubernetes_world import deployment, job, service, site

CONFIG_MAP = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "settings", "namespace": "default"},
    "data": {"colour": "green"},
}


@contextlib.contextmanager
def another_daemon(before):
    """The same home in a new world: the old one ends as at a SIGKILL, without a word to its cluster."""
    before.world.close()
    # The daemon's own end: it lets go of addresses, and has nobody to stop any more.
    before.cluster.close()
    before.world = World.start(before.home)
    before.world.add_network("aks", ["10.20.0.0/16"])
    before.cluster = before.handle()
    before.cluster.revive()
    yield before


def test_everything_comes_back_and_no_job_runs_twice(tmp_path):
    with site(tmp_path) as before:
        web, front = before.create(deployment()), before.create(service())
        settings, done = before.create(CONFIG_MAP), before.create(job("succeed"))
        failed = before.create(job("fail", name="broken", backoffLimit=0))
        before.wait_available(web, 2)
        address, token = before.address(front), before.cluster.token
        before.wait(lambda: is_true(before.get(done), "Complete") and is_true(before.get(failed), "Failed"))
        finished = {name for name in names(before) if not name.startswith("web-")}
        with another_daemon(before) as after:
            assert after.cluster.wait_until_available(30)
            assert after.get(settings)["data"] == {"colour": "green"}
            assert after.cluster.token == token
            assert after.address(front) == address
            with urllib.request.urlopen(f"http://{address}:8080/", timeout=20) as response:
                assert response.read().decode() in names(after)
            assert {name for name in names(after) if not name.startswith("web-")} == finished
            assert len(names(after)) == 4
            assert after.get(done)["status"]["succeeded"] == 1


def test_a_job_that_was_interrupted_goes_on_without_losing_a_try(tmp_path):
    with site(tmp_path) as before:
        work = before.create(job("stay", backoffLimit=0))
        before.wait(lambda: before.states() == ["running"])
        with another_daemon(before) as after:
            after.wait(lambda: after.states() == ["running"])
            assert "failed" not in after.get(work)["status"]


def test_a_deletion_that_was_interrupted_goes_on(tmp_path):
    with site(tmp_path) as before:
        web = before.create(deployment())
        before.wait_available(web, 2)
        before.cluster.close()
        before.cluster.objects.delete(key_of(web))
        with another_daemon(before) as after:
            after.wait(lambda: not after.cluster.objects.list(("Deployment", "ReplicaSet", "Pod")))


def test_an_old_status_is_not_taken_for_the_present_one(tmp_path):
    with site(tmp_path) as before:
        web = before.create(deployment())
        before.wait_available(web, 2)
        before.images.refusal = "not now"
        with another_daemon(before) as after:
            assert not after.cluster.wait_until_available(1)
            after.images.refusal = None
            assert after.cluster.wait_until_available(30)


def test_a_deleted_cluster_leaves_nothing_and_can_be_made_again(tmp_path):
    with site(tmp_path) as one:
        one.create(CONFIG_MAP)
        one.wait_available(one.create(deployment()), 2)
        token = one.cluster.token
        one.cluster.delete()
        assert one.world.nodes() == []
        assert not (one.home.state / "kubernetes-aks-test").exists()
        one.cluster.create()
        assert one.cluster.token != token
        assert one.cluster.objects.get(key_of(CONFIG_MAP)) is None
        one.wait_available(one.create(deployment()), 2)


def test_a_subnet_too_small_is_told_at_the_pods(tmp_path):
    with site(tmp_path, subnet_prefix="10.20.0.0/29", reserved=[]) as one:
        one.create(deployment(replicas=2))
        one.wait(lambda: sorted(one.states()) == ["FailedCreatePodSandBox", "running"])
        (message,) = [
            status["state"]["waiting"]["message"]
            for pod in one.pods()
            for status in pod["status"]["containerStatuses"]
            if "waiting" in status["state"]
        ]
        assert message == "no address is left in 10.20.0.0/29"


@pytest.mark.parametrize("name", ["web", "aks-test"])
def test_the_logs_of_pods_that_are_gone_are_kept(tmp_path, name):
    with site(tmp_path) as one:
        work = one.create(job("succeed", name=name))
        one.wait(lambda: is_true(one.get(work), "Complete"))
        (pod,) = one.pods()
        one.cluster.objects.delete(key_of(work))
        one.wait(lambda: one.cluster.objects.get(Key("Job", "default", name)) is None)
        logs = one.cluster.logs()
        assert list(logs) == [f"default/{pod['metadata']['name']}"]
        assert logs[f"default/{pod['metadata']['name']}"].read_text() == "done\n"
        everything = all_logs([], [one.cluster], one.world.nodes())
        for spelling in (name, pod["metadata"]["name"], f"default/{pod['metadata']['name']}"):
            assert find(spelling, list(everything)) == f"aks-test/default/{pod['metadata']['name']}"


def test_the_logs_of_pods_that_run_come_first(tmp_path):
    with site(tmp_path) as one:
        one.wait_available(one.create(deployment(replicas=1)), 1)
        (log,) = one.cluster.logs().values()
        log.with_name("web-gone.log").write_text("later than the other")
        running, gone = f"aks-test/default/{log.stem}", "aks-test/default/web-gone"
        assert list(all_logs([], [one.cluster], one.world.nodes())) == [running, gone]
        assert list(all_logs([], [one.cluster], [])) == [gone, running]


def names(one) -> set[str]:
    return {pod["metadata"]["name"] for pod in one.pods()}
