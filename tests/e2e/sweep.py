"""Trouble with one call of a complete run on the real engine, then a second run, then the invariants.

Trouble that leaves the provider alive is made for many resources of one program at once, since starting the
engine costs more than what is tested; each resource has a simulated cluster and an Ambari of its own, and so
only its own trouble. Where the provider is killed the program has one resource.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

from components.ambari.api.model import ServiceVersion
from emulator.ambari.server.faults import Action, Fault, Faults, When
from emulator.ambari.simulation import Simulation, simulated_server
from emulator.tls import Authority
from tests.e2e.stack import Stack
from tests.simulated.ambari.bench import Bench
from tests.simulated.ambari.invariants import broken_by_deletes, broken_by_runs
from tests.simulated.ambari.kafka import SimulatedKafka, kafka_in
from tests.unit.api_server import ApiServer, kubeconfig, serving

Trouble = Literal["lost before", "lost after", "500", "killed before", "killed after"]
_ACTIONS: dict[Trouble, tuple[When, Action]] = {
    "lost before": ("before", "drop"),
    "lost after": ("after", "drop"),
    "500": ("before", "500"),
    "killed before": ("before", "kill-client"),
    "killed after": ("after", "kill-client"),
}

Kind = tuple[str, str]
"""Method and route."""

BROKERS = 2
CLUSTER = "/clusters/{cluster}"
SAVE = ("PUT", CLUSTER)
RESTART = ("POST", f"{CLUSTER}/requests")
NEEDED = {SAVE: 1, RESTART: BROKERS}
"""Writes that a complete run needs, besides its notes."""
PROGRAM = """\
import pulumi
from components.ambari import IpAdvertising, IpAdvertisingArgs, ViewAccess

config = pulumi.Config()
kubeconfigs = config.get_object("kubeconfigs") or []
for number, url in enumerate(config.require_object("ambaris")):
    IpAdvertising(
        f"ip-advertising-{number}",
        IpAdvertisingArgs(
            ambari_url=url,
            cluster_name="mykafka",
            user="admin",
            password_config_key="lone:password",
            settle_seconds=0,
            view=ViewAccess(kubeconfigs[number], "app") if kubeconfigs else None,
        ),
    )
"""
UP = ("up", "--yes", "--skip-preview", "--continue-on-error")
DESTROY = ("destroy", "--yes", "--skip-preview", "--continue-on-error")


@dataclass(frozen=True)
class Case:
    trouble: Trouble
    method: str
    route: str
    ordinal: int

    @property
    def kills(self) -> bool:
        return self.trouble.startswith("killed")

    @property
    def fault(self) -> Fault:
        when, action = _ACTIONS[self.trouble]
        return Fault(self.method, self.route, self.ordinal, when, action)

    @property
    def fails_the_run(self) -> bool:
        """Ambari refuses a restart with 500, too, when it will never do it: that is not sent again."""
        return self.trouble == "500" and (self.method, self.route) == RESTART

    def __str__(self) -> str:
        return f"{self.trouble}: {self.method} {self.route}, number {self.ordinal}"


class Fleet(Stack):
    """A program with one IpAdvertising for each of some simulated clusters."""

    program = PROGRAM

    def configure(self, ambaris: Sequence[str], password: str, kubeconfigs: Sequence[str] = ()) -> None:
        self.create()
        settings = {
            "lone:password": password,
            "lone:ambaris": [*ambaris],
            "lone:kubeconfigs": [*kubeconfigs],
        }
        with (self.folder / "Pulumi.lone.yaml").open("a") as file:
            yaml.safe_dump({"config": settings}, file)


@dataclass(frozen=True)
class Subject:
    """A resource's cluster, with what it was before."""

    cluster: Bench
    before: ServiceVersion
    view: ApiServer | None = None
    """Hands out the log of its view; None: it has none."""

    @property
    def faults(self) -> Faults:
        return self.cluster.simulation.server.faults

    def calls(self) -> Counter[Kind]:
        """Every call to its Ambari, by kind."""
        return Counter((entry.method, entry.route) for entry in self.cluster.simulation.server.log.since())


@contextmanager
def fleet(folder: Path, size: int, seen: bool = False) -> Iterator[tuple[Fleet, list[Subject]]]:
    """A stack that is configured and not yet up. `seen`: by a view of each cluster's Kafka."""
    authority = Authority(folder / "tls")
    context = authority.server_context("localhost", ["127.0.0.1"])
    with ExitStack() as stack:
        simulations = [
            stack.enter_context(simulated_server(BROKERS, context=context, status_interval=5.0))
            for _ in range(size)
        ]
        clusters = [Bench(simulation) for simulation in simulations]
        views = [stack.enter_context(_view_of(simulation)) if seen else None for simulation in simulations]
        program = Fleet(folder / "program", authority.bundle)
        program.configure(
            [simulation.url for simulation in simulations],
            simulations[0].password,
            [kubeconfig(view.url, token="t") for view in views if view],
        )
        yield (
            program,
            [
                Subject(cluster, cluster.ambari().current().version, view)
                for cluster, view in zip(clusters, views, strict=True)
            ],
        )


def _view_of(simulation: Simulation) -> AbstractContextManager[ApiServer]:
    """What each broker of one topic says, the first of which is the controller."""
    kafka = SimulatedKafka(simulation, {"orders": [[0, 1], [1, 0]]}, controller=0)
    return serving(kafka_in(kafka))


def calls_of_a_run(folder: Path) -> Counter[Kind]:
    """Every call of an undisturbed `up`, by kind: the fewest of three.

    A slow run asks for the progress of a restart more often, and gives signs of life.
    """
    with fleet(folder, 3) as (program, [one, two, three]):
        program.succeed(*UP)
        return one.calls() & two.calls() & three.calls()


def after_trouble(folder: Path, cases: Sequence[Case], seen: bool = False) -> list[str]:
    """What is wrong after an `up` with trouble and a second one. `seen` as of `fleet`."""
    with fleet(folder, len(cases), seen) as (program, subjects):
        found = _with_trouble(program, UP, cases, subjects)
        program.succeed(*UP, "--refresh")
        for case, subject in zip(cases, subjects, strict=True):
            wrong = [*broken_by_runs(subject.cluster, subject.before), *_needless_writes(case, subject)]
            found += [f"{case}: {text}" for text in wrong]
    return found


def after_trouble_with_delete(folder: Path, cases: Sequence[Case]) -> list[str]:
    """What is wrong after a `destroy` with trouble and a second one."""
    with fleet(folder, len(cases)) as (program, subjects):
        program.succeed(*UP)
        found = _with_trouble(program, DESTROY, cases, subjects)
        program.succeed(*DESTROY)
        for case, subject in zip(cases, subjects, strict=True):
            found += [f"{case}: {text}" for text in broken_by_deletes(subject.cluster, subject.before)]
    return found


def _with_trouble(
    program: Fleet, command: Sequence[str], cases: Sequence[Case], subjects: Sequence[Subject]
) -> list[str]:
    for case, subject in zip(cases, subjects, strict=True):
        subject.faults.add(case.fault)
    ended = program.run(*command)
    found = [
        f"{case}: never happened"
        for case, subject in zip(cases, subjects, strict=True)
        if subject.faults.waiting()
    ]
    # A run that is killed can't tidy up, and every other one does.
    found += [
        f"{case}: something was left behind"
        for case, subject in zip(cases, subjects, strict=True)
        if not case.kills
        and (subject.cluster.ambari().maintenance() != "OFF" or subject.cluster.ambari().artifacts())
    ]
    should_fail = any(case.kills or case.fails_the_run for case in cases)
    if (ended.status != 0) != should_fail:
        found.append(f"{' '.join(command)} ended with {ended.status}:\n{ended.output}")
    return found


def _needless_writes(case: Case, subject: Subject) -> list[str]:
    """The call that had trouble may be sent again."""
    allowed = Counter(NEEDED)
    allowed[case.method, case.route] += 1
    made = subject.calls()
    return [
        f"{made[kind]} times {kind}, needed were {NEEDED[kind]}"
        for kind in NEEDED
        if made[kind] > allowed[kind]
    ]
