"""What Pulumi's command line stores arrives at the rules, and their one message at whoever typed it."""

import os
import subprocess
from pathlib import Path

import pytest

from emulator.engine import backend_url, search_path
from tests.e2e.environment import CHECKOUT, Finished
from tests.unit.configurations import REQUIRED


class Project:
    """The program in a folder of its own, with a stack that nothing is deployed to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for name in ("__main__.py", "components", "app", ".venv", "requirements.txt"):
            (folder / name).symlink_to(CHECKOUT / name)
        (folder / "Pulumi.yaml").write_text((CHECKOUT / "Pulumi.yaml").read_text())
        (folder / "state").mkdir()
        self.pulumi("stack", "init", "new")

    def pulumi(self, *arguments: str) -> Finished:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")}
        ended = subprocess.run(
            ["pulumi", "--non-interactive", "--color", "never", *arguments],
            cwd=self._folder,
            env={
                **kept,
                "PATH": search_path(),
                "PULUMI_BACKEND_URL": backend_url(self._folder / "state"),
                "PULUMI_HOME": str(self._folder / "home"),
                "PULUMI_CONFIG_PASSPHRASE": "new",
                "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
                "PULUMI_SKIP_UPDATE_CHECK": "true",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        return Finished(ended.returncode, ended.stdout)

    def set(self, name: str, value: str, *options: str) -> None:
        ended = self.pulumi("config", "set", *options, name, value)
        assert ended.status == 0, ended.output


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("project"))
    for name, value in REQUIRED.items():
        if isinstance(value, str):
            project.set(name, value, *(["--secret"] if name == "ambariPassword" else []))
    project.set("ambariSourceRanges[0]", "203.0.113.7/32", "--path")
    return project


def test_every_wrong_type_is_in_the_one_message_with_its_value(project: Project) -> None:
    wrong = {"kafkaWorkers": "three", "protect": "yes", "tags": "team=a", "topics": "a", "location": "Mars!"}
    for name, value in wrong.items():
        project.set(name, value)
    project.set("appLimits.history", "many", "--path")
    said = project.pulumi("preview")
    assert said.status != 0
    for name, value in wrong.items():
        assert f"- {name} = '{value}'" in said.output
        project.pulumi("config", "rm", name)
    assert "- appLimits.history = 'many'" in said.output
    assert "7 mistakes in the configuration of stack 'new'" in said.output
    assert "- appSourceRanges\n" in said.output
    project.pulumi("config", "rm", "appLimits")


def test_numbers_and_truth_values_are_taken_as_the_command_line_stores_them(project: Project) -> None:
    project.set("aksZones[0]", "1", "--path")
    project.set("aksZones[1]", "3", "--path")
    project.set("peering", "true")
    project.set("kafkaWorkers", "4")
    project.set("topics[0].name", "orders", "--path")
    project.set('topics[0].config["unclean.leader.election.enable"]', "false", "--path")
    project.set("tags.paid", "true", "--path")
    said = project.pulumi("preview")
    # The one mistake that is left: nobody may open the page.
    assert "1 mistake in the configuration of stack 'new'" in said.output
    assert "- appSourceRanges\n" in said.output


def test_a_secret_within_a_setting_is_not_shown(project: Project) -> None:
    project.set('topics[0].config["retention.ms"]', "s3cret-w0rd", "--path", "--secret")
    said = project.pulumi("preview")
    project.pulumi("config", "rm", "--path", 'topics[0].config["retention.ms"]')
    assert "retention.ms" in said.output
    assert "s3cret-w0rd" not in said.output


def test_a_key_of_another_namespace_is_warned_of_with_the_one_that_was_meant(project: Project) -> None:
    project.set("kafka:kafkaWorkers", "4")
    said = project.pulumi("preview")
    project.pulumi("config", "rm", "kafka:kafkaWorkers")
    assert "kafka:kafkaWorkers is ignored" in said.output
    assert "aks-kafka:kafkaWorkers was meant" in said.output
