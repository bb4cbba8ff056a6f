"""Measures a client during a change of Kafka's configuration, with a rolling restart and all at once."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests
import yaml

from emulator.home import CHECKOUT, Home
from tests.e2e.environment import KAFKA_CLUSTER, Environment

RATE = 170
"""Messages a second."""

TRAFFIC = CHECKOUT / "bench" / "traffic.py"


def rolling_against_all_at_once(world: Environment, scratch: Path) -> dict[str, Any]:
    """The same change under the same traffic, with brokers restarted one by one, then all at once."""
    rolling = _change_under_traffic(world, "rolling", scratch)
    at_once = _change_under_traffic(world, "all-at-once", scratch)
    ratio = at_once["longest_silence_s"] / rolling["longest_silence_s"]
    return {
        "figure": "a client during the change: all at once / rolling",
        "rolling": rolling,
        "all_at_once": at_once,
        "silence_ratio": round(ratio, 1),
    }


def _change_under_traffic(world: Environment, restart: str, scratch: Path) -> dict[str, Any]:
    make_every_broker_stale(world)
    configuration = _configuration(restart, scratch)
    traffic = start_traffic(world, f"bench-{restart}-{int(time.time())}")
    begun = time.monotonic()
    world.pulumi("up", "--refresh", "--yes", "--skip-preview", "--config-file", str(configuration))
    duration = time.monotonic() - begun
    figures, _ = traffic.communicate(timeout=180)
    return {**json.loads(figures.splitlines()[-1]), "change_s": round(duration, 1)}


def make_every_broker_stale(world: Environment) -> None:
    """Edits a broker setting in Ambari, as an operator does, so that all brokers need a restart."""
    ambari = world.outputs()["ambariUrl"]
    with requests.Session() as session:
        session.auth = ("admin", world.pulumi("config", "get", "ambariPassword").strip())
        session.headers["X-Requested-By"] = "bench"
        authority = str(Home(world.home).tls / "bundle.pem")
        cluster = f"{ambari}/api/v1/clusters/{KAFKA_CLUSTER}"
        versions = f"{cluster}/configurations/service_config_versions"
        current = session.get(
            versions, params={"service_name": "KAFKA", "is_current": "true"}, verify=authority, timeout=30
        ).json()["items"][0]
        broker = next(entry for entry in current["configurations"] if entry["type"] == "kafka-broker")
        properties = broker["properties"] | {
            "num.io.threads": str(int(broker["properties"].get("num.io.threads", "8")) + 1)
        }
        desired = {"type": "kafka-broker", "tag": f"version{time.time_ns()}", "properties": properties}
        session.put(
            cluster,
            data=json.dumps([{"Clusters": {"desired_config": [desired]}}]),
            verify=authority,
            timeout=30,
        ).raise_for_status()


def _configuration(restart: str, scratch: Path) -> Path:
    stack = yaml.safe_load((CHECKOUT / "Pulumi.local.yaml").read_text())
    stack["config"]["aks-kafka:restart"] = restart
    file = scratch / f"Pulumi.{restart}.yaml"
    file.write_text(yaml.safe_dump(stack))
    return file


def start_traffic(world: Environment, topic: str) -> subprocess.Popen[str]:
    """Starts `traffic.py`, which produces and consumes on a new topic until its standard input ends."""
    traffic = client(world, TRAFFIC, topic, str(RATE))
    if traffic.stdout is None or traffic.stdout.readline() != "ready\n":
        raise subprocess.SubprocessError("the traffic did not start")
    return traffic


def client(world: Environment, script: Path, *arguments: str) -> subprocess.Popen[str]:
    """Starts a script on a node of AKS's network, with the bootstrap servers as its first argument."""
    servers = world.outputs()["bootstrapServers"]
    command = [sys.executable, "-m", "emulator", "--home", str(world.home), "exec", "aks", "--"]
    return subprocess.Popen(
        [*command, sys.executable, str(script), servers, *arguments],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
