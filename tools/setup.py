"""Prepares this checkout: virtual environment, Pulumi's engine, Kafka and, for the tests, a browser.

Run as python -m tools.setup. It needs only the standard library. A step does nothing if it has been done
before, so that a second run is quick. A program that can't be installed here is named, with how to get it.
Builds that take minutes are kept in the user's cache for all checkouts (tools/build_cache.py).
"""

import argparse
import errno
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from tools import azure_cli
from tools.build_cache import build_once, place_of
from tools.pythons import PYTHONS

CHECKOUT = Path(__file__).resolve().parents[1]
VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
ENGINE = CHECKOUT / ".engine" / "bin"
"""A link into the user's cache."""
ENGINE_RECIPE = CHECKOUT / "tools" / "engine"
ENGINE_PROGRAMS = (
    "pulumi",
    "pulumi-language-python",
    "pulumi-language-python-exec",
    "pulumi-resource-pulumi-python",
)
REQUIREMENTS = [
    CHECKOUT / name
    for name in (
        "requirements.txt",
        "emulator/requirements.txt",
        "app/requirements.in",
        "tests/requirements.txt",
    )
]
OFFICIAL_SDKS = CHECKOUT / "tests" / "simulated" / "official" / "requirements.txt"
CONSTRAINTS = CHECKOUT / "tools" / "constraints.txt"
PACKAGE = CHECKOUT / "components"
POLICY_HOST = CHECKOUT / ".cache" / "policy"
BROWSERS = ("chromium", "google-chrome")


class SetupRefused(Exception):
    """A requirement that this script can't install is missing; the message says how to get it."""


def main() -> int:
    """Runs the steps for an environment, for all tests, or for some of the tests. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    wanted = parser.add_mutually_exclusive_group()
    wanted.add_argument("--tests", action="store_true", help="also install what only the tests need")
    wanted.add_argument("--unit", action="store_true", help="install no more than unit tests need")
    wanted.add_argument("--az", action="store_true", help="what unit tests need, and Azure's command line")
    options = parser.parse_args()
    try:
        for step in steps(tests=options.tests, unit=options.unit, az=options.az):
            step()
    except SetupRefused as refusal:
        print(f"\n{refusal}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failure:
        command = " ".join(map(str, failure.cmd))
        print(f"\nfailed with status {failure.returncode}: {command}", file=sys.stderr)
        return 1
    return 0


def steps(*, tests: bool, unit: bool, az: bool = False) -> list[Callable[[], None]]:
    """The steps in order. Checks of what the user has to install come before steps that take minutes."""
    if unit or az:
        return [
            check_python,
            install_python_packages,
            link_package,
            *([install_azure_cli] if az else []),
        ]
    return [
        check_python,
        check_engine,
        *([install_browser] if tests else []),
        check_namespaces,
        install_python_packages,
        link_package,
        *([install_official_sdks, install_policy_host] if tests else []),
        install_engine,
        fetch_kafka,
    ]


def check_python() -> None:
    """Checks the version of Python: packages are pinned and locked for PYTHONS. Raises SetupRefused."""
    if _version(sys.version) not in PYTHONS:
        names = f"{', '.join(PYTHONS[:-1])} or {PYTHONS[-1]}"
        raise SetupRefused(
            f"Python {names} is needed, this is {sys.version.split()[0]}. Install one (Debian 12 and 13, "
            "Ubuntu 24.04: python3, elsewhere: pyenv install 3.11), then: make PYTHON=/path/to/python3.11 ..."
        )


def check_engine() -> None:
    """Checks that Pulumi's engine is installed or can be built. Raises SetupRefused."""
    if not _has_engine() and not _is_whole(_engine_place()) and shutil.which("go") is None:
        raise SetupRefused(
            "Pulumi is needed: install its CLI (www.pulumi.com/docs/install), or Go 1.21 or later, "
            "with which this set-up then builds it."
        )


def check_namespaces() -> None:
    """Checks that the kernel lets this user make namespaces, for networks and nodes. Raises SetupRefused."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return
    probe = [unshare, "--user", "--map-root-user", "--net", "--mount", "--uts", "--pid", "--fork", "true"]
    tried = subprocess.run(probe, capture_output=True, text=True, env=os.environ | {"LC_ALL": "C"})
    if tried.returncode == 0:
        return
    from emulator.network.refusal import explain, read_settings

    failure = tried.stderr.strip()
    number = errno.ENOSPC if os.strerror(errno.ENOSPC) in failure else errno.EPERM
    raise SetupRefused(explain(failure, number, read_settings()))


def install_python_packages() -> None:
    """Installs the pinned packages into .venv; pip runs only if a requirement, or Python, has changed."""
    if PYTHON.exists() and _version_of_venv() != _version(sys.version):
        shutil.rmtree(VENV)
    _install(REQUIREMENTS, VENV / "requirements.sha256", f"Packages for Python {_version(sys.version)}")


def install_official_sdks() -> None:
    """Installs Azure's own SDKs, 154 MB, by which tests check the program's requests to Azure."""
    _install([OFFICIAL_SDKS], VENV / "official-sdks.sha256", "Azure's official SDKs")


def install_azure_cli() -> None:
    """Installs Azure's command line, with which tests check the program's commands."""
    if not azure_cli.place().exists():
        _say("Azure's command line (733 MB and about a minute, once for all checkouts)")
        azure_cli.install()


def link_package() -> None:
    """Makes the components importable as `aks_kafka`, the name by which other programs import them."""
    [packages] = (VENV / "lib").glob("python*/site-packages")
    link = packages / "aks_kafka"
    if not (link.is_symlink() and link.readlink() == PACKAGE):
        _link(link, PACKAGE)


def install_policy_host() -> None:
    """Installs the host of policy packs apart from .venv: it needs an older protobuf than the rest."""
    stamp = POLICY_HOST / "constraints.sha256"
    wanted = _digest([CONSTRAINTS])
    if stamp.exists() and stamp.read_text() == wanted:
        return
    shutil.rmtree(POLICY_HOST, ignore_errors=True)
    options = ("--quiet", "--no-deps", "--target", POLICY_HOST, "--constraint", CONSTRAINTS)
    _run(PYTHON, "-m", "pip", "install", *options, "pulumi-policy")
    stamp.write_text(wanted)


def install_engine() -> None:
    """Links Pulumi's engine in the user's cache into .engine, and builds it, unless Pulumi is installed."""
    if _has_engine():
        return
    place = _engine_place()
    if not _is_whole(place):
        # Files may have been deleted from the cache.
        shutil.rmtree(place, ignore_errors=True)
        _say("Pulumi's engine, built with Go (about four minutes, once for all checkouts)")
        build_once("engine", ENGINE_RECIPE)
    _link(ENGINE, place)


def fetch_kafka() -> None:
    """Fetches the jars of Kafka, ZooKeeper and their libraries, checked against the committed digests."""
    _run(PYTHON, "-m", "emulator.hdinsight.distribution")


def install_browser() -> None:
    """Installs Chromium and its driver, with which the page is tested. Raises SetupRefused."""
    if any(map(shutil.which, BROWSERS)) and shutil.which("chromedriver"):
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SetupRefused(
            f"The tests need {' or '.join(BROWSERS)}, and chromedriver: "
            "as root, apt-get install chromium chromium-driver"
        )
    _say("Chromium, from Debian's packages")
    _apt_install("chromium", "chromium-driver")


def _install(requirements: list[Path], stamp: Path, what: str) -> None:
    wanted = _digest([*requirements, CONSTRAINTS])
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    _say(f"{what} into .venv")
    if not PYTHON.exists():
        _create_venv()
    options = [option for file in requirements for option in ("-r", str(file))]
    _run(PYTHON, "-m", "pip", "install", "--quiet", "--constraint", CONSTRAINTS, *options)
    stamp.write_text(wanted)


def _has_engine() -> bool:
    installed = all(shutil.which(name) for name in ("pulumi", "pulumi-language-python"))
    place = _engine_place()
    return installed or (ENGINE.is_symlink() and ENGINE.readlink() == place and _is_whole(place))


def _engine_place() -> Path:
    return place_of("engine", ENGINE_RECIPE)


def _is_whole(place: Path) -> bool:
    return all(os.access(place / name, os.X_OK) for name in ENGINE_PROGRAMS)


def _link(link: Path, target: Path) -> None:
    """Makes `link` point to `target`, atomically if it was a link before."""
    link.parent.mkdir(exist_ok=True)
    if link.is_dir() and not link.is_symlink():
        shutil.rmtree(link)
    new = link.with_name(f"{link.name}.{os.getpid()}")
    new.symlink_to(target)
    new.replace(link)


def _version(text: str) -> str:
    """The MAJOR.MINOR of a longer version."""
    return ".".join(text.split(".")[:2])


def _version_of_venv() -> str:
    """The Python of .venv, by its pyvenv.cfg, which venv and virtualenv write."""
    settings = (line.partition("=") for line in (VENV / "pyvenv.cfg").read_text().splitlines())
    return next(
        _version(value.strip()) for name, _, value in settings if name.strip() in ("version", "version_info")
    )


def _create_venv() -> None:
    created = subprocess.run([sys.executable, "-m", "venv", VENV], capture_output=True, text=True)
    if created.returncode != 0 and os.geteuid() == 0 and shutil.which("apt-get"):
        shutil.rmtree(VENV, ignore_errors=True)
        _apt_install("python3-venv")
        created = subprocess.run([sys.executable, "-m", "venv", VENV], capture_output=True, text=True)
    if created.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        raise SetupRefused(f"no virtual environment could be made: {created.stdout}{created.stderr}".strip())


def _apt_install(*packages: str) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    _run("apt-get", "update", "-qq", environment=environment)
    _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages, environment=environment)


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _run(*command: object, environment: dict[str, str] | None = None) -> None:
    subprocess.run([str(part) for part in command], check=True, cwd=CHECKOUT, env=environment)


def _say(text: str) -> None:
    print(f"==> {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
