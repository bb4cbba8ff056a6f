"""The workflows: what they may do, what they run, and that neither can be changed from outside."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
WORKFLOWS = {path.stem: path.read_text() for path in (CHECKOUT / ".github" / "workflows").glob("*.yml")}
DEPLOYING = ["preview", "deploy"]
# The first major version of each that runs on Node 24, by its own release notes: GitHub has ended Node 20.
FIRST_ON_NODE_24 = {"actions/checkout": 5, "actions/setup-python": 6, "azure/login": 3, "pulumi/actions": 7}


def workflow(name: str) -> dict[str, Any]:
    # YAML takes the key `on` for a truth value, unless every scalar is read as a string.
    return yaml.load(WORKFLOWS[name], Loader=yaml.BaseLoader)


def job(name: str) -> dict[str, Any]:
    (only,) = workflow(name)["jobs"].values()
    return only


def test_there_is_one_for_tests_one_for_previews_one_for_deployments_one_for_the_night() -> None:
    assert set(WORKFLOWS) == {"test", "preview", "deploy", "judge"}
    assert "push" in workflow("test")["on"]
    assert "pull_request" in workflow("preview")["on"]


def test_a_real_kubernetes_judges_every_night() -> None:
    [when] = workflow("judge")["on"]["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* \*", when["cron"])
    assert "make judge" in [step.get("run") for step in job("judge")["steps"]]


def test_what_is_deployed_is_on_main_and_has_passed_the_tests() -> None:
    trigger = {"workflows": ["test"], "types": ["completed"], "branches": ["main"]}
    assert workflow("deploy")["on"] == {"workflow_run": trigger}
    assert job("deploy")["if"] == (
        "github.event.workflow_run.conclusion == 'success' && github.event.workflow_run.event == 'push'"
    )
    assert job("deploy")["steps"][0]["with"]["ref"] == "${{ github.event.workflow_run.head_sha }}"


@pytest.mark.parametrize(
    ("name", "permissions"),
    [
        ("test", {"contents": "read"}),
        ("judge", {"contents": "read"}),
        ("preview", {"contents": "read", "id-token": "write", "pull-requests": "write"}),
        ("deploy", {"contents": "read", "id-token": "write"}),
    ],
)
def test_permissions_are_the_least(name: str, permissions: dict[str, str]) -> None:
    assert workflow(name)["permissions"] == {}
    assert job(name)["permissions"] == permissions


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actions_are_pinned_to_commits(name: str) -> None:
    used = [step["uses"] for step in job(name)["steps"] if "uses" in step]
    assert used
    for action in used:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", action)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actions_run_on_node_24(name: str) -> None:
    pins = re.findall(r"uses: (\S+)@[0-9a-f]{40} # v(\d+)\.", WORKFLOWS[name])
    assert len(pins) == WORKFLOWS[name].count("uses:")
    for action, major in pins:
        assert int(major) >= FIRST_ON_NODE_24[action]


def test_an_action_is_the_same_commit_in_every_workflow() -> None:
    pins = {pin for text in WORKFLOWS.values() for pin in re.findall(r"uses: (\S+ # \S+)", text)}
    assert len(pins) == len({pin.partition("@")[0] for pin in pins})


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_shell_fails_where_the_first_command_of_a_pipe_does(name: str) -> None:
    assert workflow(name)["defaults"] == {"run": {"shell": "bash"}}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_nothing_is_pasted_into_a_shell(name: str) -> None:
    assert [step["run"] for step in job(name)["steps"] if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize("name", WORKFLOWS)
def test_the_checkout_keeps_no_token(name: str) -> None:
    (checkout,) = [
        step for step in job(name)["steps"] if step.get("uses", "").startswith("actions/checkout@")
    ]
    assert checkout["with"]["persist-credentials"] == "false"


def test_a_fork_s_pull_request_is_tested_but_gets_no_identity() -> None:
    assert "pull_request" in workflow("test")["on"]
    assert "secrets." not in WORKFLOWS["test"]
    assert job("preview")["if"] == "github.event.pull_request.head.repo.full_name == github.repository"


def test_a_deployment_is_never_interrupted() -> None:
    assert workflow("deploy")["concurrency"] == {"group": "deploy", "cancel-in-progress": "false"}


@pytest.mark.parametrize("name", DEPLOYING)
def test_the_runner_can_be_one_with_an_address_that_stays(name: str) -> None:
    assert job(name)["runs-on"] == "${{ vars.AZURE_RUNNER || 'ubuntu-24.04' }}"


@pytest.mark.parametrize("name", DEPLOYING)
def test_azure_is_entered_without_a_stored_password(name: str) -> None:
    assert job(name)["env"]["ARM_USE_OIDC"] == "true"
    assert not re.search(r"(?i)client.secret|creds:", WORKFLOWS[name])


@pytest.mark.parametrize("name", DEPLOYING)
def test_the_program_has_the_environment_that_it_names(name: str) -> None:
    options = yaml.safe_load((CHECKOUT / "Pulumi.yaml").read_text())["runtime"]["options"]
    [install, _] = [step["run"] for step in job(name)["steps"] if "run" in step]
    assert install == (
        f"python -m venv {options['virtualenv']} && "
        f"{options['virtualenv']}/bin/pip install --requirement requirements.txt"
    )


@pytest.mark.parametrize("name", DEPLOYING)
def test_what_must_never_be_deployed_stops_it(name: str) -> None:
    [_, check] = [step["run"] for step in job(name)["steps"] if "run" in step]
    assert check == "pulumi preview --json > preview.json && .venv/bin/python -m policy.check < preview.json"
    assert job(name)["env"]["PULUMI_STACK"] == "${{ vars.PULUMI_STACK }}"
    steps = [step.get("with", {}).get("command") or step.get("run") for step in job(name)["steps"]]
    assert "up" not in steps[: steps.index(check)]
