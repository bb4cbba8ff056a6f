"""A real Kubernetes control plane on this machine; kwok simulates its nodes and kubelets."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from emulator.command import kill_on_close
from emulator.kubernetes.server.kubeconfig import make_kubeconfig
from emulator.ports import LOOPBACK, choose_port
from judge.api import Api
from judge.nodes import NODES

STAGES = Path(__file__).parent / "stages"
SERVICE_RANGE = "10.96.0.0/16"
POD_RANGE = "10.244.0.0/16"
SECONDS_TO_START = 120.0
LOG_LINES = 15


class NotStarted(Exception):
    """The control plane did not start; the message has the end of the log of the program that failed."""


class ControlPlane:
    """The processes of one cluster, which end with this process. All its files are in `folder`."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._binaries = binaries
        self._folder = folder
        self._token = secrets.token_hex(32)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._ports: dict[str, int] = {}
        self._held, self._pipe_end = os.pipe()

    @property
    def kubeconfig(self) -> str:
        """The kubeconfig of an administrator."""
        server = f"https://{LOOPBACK}:{self._ports['api']}"
        # The file of the server's own certificate also holds that of the authority that signed it.
        return make_kubeconfig("judge", server, self._folder / "certificates" / "apiserver.crt", self._token)

    @property
    def api(self) -> Api:
        """The API, for an administrator."""
        return Api(
            f"https://{LOOPBACK}:{self._ports['api']}",
            self._folder / "certificates" / "apiserver.crt",
            self._token,
        )

    def start(self) -> None:
        """Starts the cluster, and returns when it can create and schedule pods. Raises NotStarted."""
        for name in ("api", "etcd", "peers", "kwok"):
            self._ports[name] = choose_port(list(self._ports.values()))
        (self._folder / "logs").mkdir(parents=True)
        self._start_etcd()
        self._start_api_server()
        self._start_controllers(_write(self._folder / "kubeconfig", self.kubeconfig))
        for node in NODES:
            self.api.create(node)
            self.api.set_status(node)
        account = "/api/v1/namespaces/default/serviceaccounts/default"
        self._await("kube-controller-manager", lambda: self.api.reach(account))

    def stop(self) -> None:
        """Kills all processes of the cluster."""
        os.close(self._pipe_end)
        os.close(self._held)
        for process in self._processes.values():
            process.wait()

    def _start_etcd(self) -> None:
        clients, peers = (f"http://{LOOPBACK}:{self._ports[name]}" for name in ("etcd", "peers"))
        self._start(
            "etcd",
            "--data-dir", self._folder / "etcd",
            "--listen-client-urls", clients,
            "--advertise-client-urls", clients,
            "--listen-peer-urls", peers,
            "--initial-advertise-peer-urls", peers,
            "--initial-cluster", f"default={peers}",
            # The data need not survive a power failure.
            "--unsafe-no-fsync",
        )  # fmt: skip

    def _start_api_server(self) -> None:
        key = _write(self._folder / "accounts.pem", _new_key())
        tokens = _write(self._folder / "tokens.csv", f'{self._token},judge,judge,"system:masters"\n')
        self._start(
            "kube-apiserver",
            "--etcd-servers", f"http://{LOOPBACK}:{self._ports['etcd']}",
            "--bind-address", LOOPBACK,
            "--advertise-address", LOOPBACK,
            # The endpoint of the Service `kubernetes`, which is not used, can't be on loopback.
            "--endpoint-reconciler-type", "none",
            "--secure-port", self._ports["api"],
            "--cert-dir", self._folder / "certificates",
            "--token-auth-file", tokens,
            "--authorization-mode", "RBAC",
            "--service-cluster-ip-range", SERVICE_RANGE,
            "--service-account-issuer", "https://kubernetes.default.svc",
            "--service-account-key-file", key,
            "--service-account-signing-key-file", key,
        )  # fmt: skip
        self._await("kube-apiserver", lambda: self.api.reach("/readyz"))

    def _start_controllers(self, kubeconfig: Path) -> None:
        alone = ("--kubeconfig", kubeconfig, "--leader-elect=false", "--secure-port", 0)
        # No kubelet renews the heartbeats of the nodes.
        self._start("kube-controller-manager", *alone, "--node-monitor-grace-period", "24h")
        self._start("kube-scheduler", *alone)
        self._start(
            "kwok",
            "--kubeconfig", kubeconfig,
            "--manage-all-nodes=true",
            "--cidr", POD_RANGE,
            "--node-ip", LOOPBACK,
            "--server-address", f"{LOOPBACK}:{self._ports['kwok']}",
            *(part for stage in sorted(STAGES.glob("*.yaml")) for part in ("--config", stage)),
        )  # fmt: skip

    def _start(self, program: str, *arguments: object) -> None:
        with open(self._log_of(program), "wb") as log:
            self._processes[program] = subprocess.Popen(
                [
                    *(sys.executable, "-I", "-S", kill_on_close.__file__, str(self._held)),
                    str(self._binaries / program),
                    *map(str, arguments),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[self._held],
            )

    def _await(self, program: str, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while not condition():
            ended = [name for name, process in self._processes.items() if process.poll() is not None]
            if ended or time.monotonic() > deadline:
                failed = ended[0] if ended else program
                lines = self._log_of(failed).read_text(errors="replace").splitlines()
                raise NotStarted("\n".join([f"{failed}:", *lines[-LOG_LINES:]]))
            time.sleep(0.1)

    def _log_of(self, program: str) -> Path:
        return self._folder / "logs" / f"{program}.log"


def _new_key() -> str:
    """A key in PEM with which the API server signs the tokens of service accounts."""
    key = ec.generate_private_key(ec.SECP256R1())
    # The API server does not find the public key in a private key of the form PKCS 8.
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def _write(file: Path, text: str) -> Path:
    file.touch(mode=0o600)
    file.write_text(text)
    return file
