"""IpAdvertising on the real engine when its roll is disturbed: by others, by failures, by kills."""

import io
import signal
import threading

import psutil
import pytest

from components.ambari.api.client import Ambari
from components.ambari.configuration.note import RunNote, Writer
from components.running.clock import SystemClock
from components.running.progress import Progress
from emulator.ambari.server.faults import Fault, When
from tests.e2e.environment import eventually
from tests.e2e.lone_resource import ONCE_EACH, REQUESTS, LoneResource
from tests.e2e.stack import LIMIT


def test_a_run_beside_one_that_lives_stops_and_says_whose_it_is(lone: LoneResource, ambari: Ambari):
    other = RunNote.take(ambari, SystemClock(), Progress(SystemClock(), io.StringIO()), Writer.here())
    stopped = threading.Event()

    def live() -> None:
        while not stopped.wait(1):
            other.remember()

    thread = threading.Thread(target=live, daemon=True)
    thread.start()
    ended = lone.run("up", "--yes", "--skip-preview")
    stopped.set()
    thread.join()
    assert ended.status != 0
    writer = f"on {other.note.writer.host}, process {other.note.writer.pid}"
    assert f"Another run is changing this cluster's Kafka: since {other.note.since}, {writer}" in ended.output
    assert lone.restarts() == {"wn0": 0, "wn1": 0, "wn2": 0}
    other.release()
    lone.up()
    assert lone.restarts() == ONCE_EACH


def test_a_failed_restart_tells_where_and_the_next_up_goes_on(lone: LoneResource, ambari: Ambari):
    lone.simulation.agents["wn1"].failures = 1
    ended = lone.run("up", "--yes", "--skip-preview")
    assert ended.status != 0
    assert "Restarting Kafka on wn1-mykafk" in ended.output
    assert "request 2, task 2" in ended.output
    assert "returned 1" in ended.output
    assert lone.restarts() == {"wn0": 1, "wn1": 1, "wn2": 0}
    assert ambari.maintenance() == "OFF"
    lone.up()
    assert lone.restarts() == {"wn0": 1, "wn1": 2, "wn2": 1}


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_provider_killed_at_a_restart_is_followed_by_one_that_finishes(
    lone: LoneResource, ambari: Ambari, when: When
):
    lone.simulation.server.faults.add(Fault("POST", REQUESTS, 2, when, "kill-client"))
    assert lone.run("up", "--yes", "--skip-preview").status != 0
    assert ambari.artifacts() != {}
    lone.up()
    assert lone.restarts() == ONCE_EACH
    assert ambari.maintenance() == "OFF"
    assert ambari.artifacts() == {}


def test_when_the_engine_is_killed_its_provider_writes_nothing_more_and_ends(
    lone: LoneResource, ambari: Ambari
):
    agent = lone.simulation.agents["wn1"]
    agent.hold()
    cli = lone.start("up", "--yes", "--skip-preview")
    eventually(lambda: bool(agent.commands), "the second broker is being restarted")
    providers = psutil.Process(cli.pid).children(recursive=True)
    cli.send_signal(signal.SIGKILL)
    cli.wait()
    mark = lone.simulation.server.log.mark
    eventually(lambda: not any(_alive(process) for process in providers), "the provider has ended")
    assert lone.writes_since(mark) == []
    agent.release()

    assert "pulumi cancel" in lone.run("up", "--yes", "--skip-preview").output
    lone.succeed("cancel", "--yes")
    lone.up()
    assert lone.restarts() == ONCE_EACH
    assert ambari.maintenance() == "OFF"
    assert ambari.artifacts() == {}


def _alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and "pulumi.dynamic" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False


def test_ambari_that_restarts_in_the_middle_is_waited_for(lone: LoneResource, ambari: Ambari):
    lone.simulation.server.faults.add(Fault("POST", REQUESTS, 2, "after", "restart", 2))
    ended = lone.run("up", "--yes", "--skip-preview")
    if ended.status != 0:
        # The request was aborted by Ambari's restart; the broker may have restarted or not.
        assert "ABORTED" in ended.output
        lone.up()
    assert ambari.maintenance() == "OFF"
    assert lone.outputs()["staleBrokers"] == []
    assert all(not broker.stale for broker in ambari.brokers())


def test_workers_that_leave_and_join_in_the_middle_of_the_roll(lone: LoneResource, ambari: Ambari):
    simulation = lone.simulation
    leaver = simulation.agents["wn1"]
    leaver.hold()
    cli = lone.start("up", "--yes", "--skip-preview")
    eventually(lambda: bool(leaver.commands), "the second broker is being restarted")
    simulation.remove_worker("wn1")
    simulation.add_worker("wn3")
    output, _ = cli.communicate(timeout=LIMIT)
    assert cli.returncode == 0, output
    assert "wn1-mykafk (10.0.0.12): removed from the cluster meanwhile" in output
    # The new worker was installed with the saved configuration.
    assert lone.restarts() == {"wn0": 1, "wn2": 1, "wn3": 0}
    assert lone.outputs()["bootstrapServers"] == "10.0.0.11:9092,10.0.0.13:9092,10.0.0.15:9092"

    simulation.add_worker("wn4")
    assert sum(broker.stale for broker in ambari.brokers()) == 3
    lone.succeed("up", "--yes", "--skip-preview", "--refresh")
    assert lone.restarts() == {"wn0": 1, "wn2": 1, "wn3": 0, "wn4": 0}
    assert lone.outputs()["bootstrapServers"].endswith(",10.0.0.15:9092,10.0.0.16:9092")
    assert lone.outputs()["staleBrokers"] == []
    assert ambari.maintenance() == "OFF"
