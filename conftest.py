"""How tests are spread over processes: those that share an environment together, the rest by file."""

import pytest
from hypothesis import settings

# How long an example takes says how busy the machine is, and nothing about the program.
settings.register_profile("any speed", settings(), deadline=None)
settings.load_profile("any speed")


# First, since pytest-xdist puts the groups into the names of tests in the same hook.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        shares_environment = "environment" in getattr(item, "fixturenames", ())
        group = "environment" if shares_environment else item.nodeid.split("::")[0]
        item.add_marker(pytest.mark.xdist_group(group))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--every-kill",
        action="store_true",
        help="kill the provider at every single call of a run, too (tests/e2e/test_sweep_on_engine.py)",
    )
