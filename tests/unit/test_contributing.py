"""The guide for contributors names files, targets and modules that there are."""

import importlib.util
import re
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
GUIDE = (CHECKOUT / "CONTRIBUTING.md").read_text()
CODE = re.findall(r"`([^`\n]+)`", GUIDE)


def test_the_paths_that_it_names_exist() -> None:
    words = {word for span in CODE for word in span.split()}
    paths = [word for word in words if re.search(r"^[\w.-]+/|\.(py|md|txt|in|yaml|json)$", word)]
    assert {"components/settings/groups/aks.py", "tests/unit/golden", "Pulumi.yaml"} <= set(paths)
    missing = [path for path in paths if not path.startswith(".venv/") and not (CHECKOUT / path).exists()]
    assert missing == []


def test_the_targets_that_it_names_are_the_makefile_s() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
    named = {span.removeprefix("make ") for span in CODE if span.startswith("make ")}
    assert {"unit", "test", "lint"} <= named
    assert named <= targets


def test_the_modules_that_it_runs_can_be_found() -> None:
    modules = {module for span in CODE for module in re.findall(r"^\.venv/bin/python -m ([\w.]+)", span)}
    assert {"tools.configuration", "tests.unit.wrong_configurations"} <= modules
    assert [module for module in modules if importlib.util.find_spec(module) is None] == []
