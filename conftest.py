"""How tests are spread over processes: those that share an environment together, the rest by file."""

import ast
import functools
import gc
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

# How long an example takes says how busy the machine is, and nothing about the program.
settings.register_profile("any speed", settings(), deadline=None)
settings.register_profile("quick", settings.get_profile("any speed"), max_examples=20)
settings.load_profile("any speed")

if sys.version_info < (3, 11, 8):
    # Where the garbage collection runs in ast.parse, and a finalizer parses, too, the outer one fails with
    # "AST constructor recursion depth mismatch": https://github.com/python/cpython/issues/106905
    _parse = ast.parse

    @functools.wraps(_parse)
    def _parse_without_collection(*args: Any, **keywords: Any) -> ast.AST:
        collects = gc.isenabled()
        gc.disable()
        try:
            return _parse(*args, **keywords)
        finally:
            if collects:
                gc.enable()

    ast.parse = _parse_without_collection


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Modules and tests live to the end: to look for garbage among them takes as long as to collect them."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


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
