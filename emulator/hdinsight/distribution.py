"""Downloads the jars of Kafka 3.2.0, the version in HDInsight 5.1, as `distribution.lock` lists them.

`python -m emulator.hdinsight.distribution` downloads missing jars; with --lock it resolves the dependencies
of the root artifacts again, and rewrites the lock.
"""

import argparse
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import requests
from jgo.maven import Artifact, MavenContext

from emulator.home import Home

LOCK = Path(__file__).with_name("distribution.lock")
"""The jars by coordinate and SHA-256: Kafka, ZooKeeper, and the agent through which metrics are read."""

_ROOTS = ("org.apache.kafka:kafka_2.12:3.2.0", "org.slf4j:slf4j-reload4j:1.7.36")
_SELF_CONTAINED = ("org.jolokia:jolokia-jvm:1.7.2",)
_PARALLEL_DOWNLOADS = 8
_MODULE = "emulator.hdinsight.distribution"
_TIMEOUT = 60  # seconds


class DistributionError(Exception):
    """A jar can't be downloaded, or its digest differs from the lock's. The message names the jar."""


@dataclass(frozen=True)
class Jar:
    """One line of the lock: Maven coordinate (group:artifact:version) and SHA-256 of the file."""

    coordinate: str
    sha256: str

    @property
    def file_name(self) -> str:
        """The jar's file name in a Maven repository."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


def fetch(folder: Path) -> int:
    """Downloads the jars of the lock that `folder` lacks; returns their number. Raises DistributionError."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as repository:
        maven = _maven(Path(repository))
        return complete(
            folder,
            read_lock(LOCK.read_text()),
            lambda coordinate: maven.create_dependency(coordinate).artifact.resolve(),
        )


def complete(folder: Path, jars: Sequence[Jar], download: Callable[[str], Path]) -> int:
    """Makes `folder` hold exactly `jars`; returns how many were downloaded.

    `download` returns a file for a coordinate, and the file is moved to `folder`. It is called by several
    threads. Raises DistributionError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    expected = {jar.file_name for jar in jars}
    for unexpected in [path for path in folder.iterdir() if path.name not in expected]:
        unexpected.unlink()
    missing = [jar for jar in jars if not _matches(folder / jar.file_name, jar)]
    with ThreadPoolExecutor(_PARALLEL_DOWNLOADS) as downloads:
        for _ in downloads.map(lambda jar: _add(folder, jar, download), missing):
            pass
    return len(missing)


def read_lock(text: str) -> list[Jar]:
    """The jars in a lock: lines of SHA-256 and coordinate; lines that start with # are comments."""
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return [Jar(coordinate, sha256) for sha256, coordinate in lines]


def resolve_lock(repository: Path) -> list[Jar]:
    """Resolves the roots' dependencies, with `repository` as local cache; returns them by coordinate."""
    maven = _maven(repository)
    roots, transitive = maven.resolver.resolve([maven.create_dependency(root) for root in _ROOTS])
    artifacts = [dependency.artifact for dependency in [*roots, *transitive]]
    artifacts += [maven.create_dependency(coordinate).artifact for coordinate in _SELF_CONTAINED]
    return sorted(_describe(artifacts), key=lambda jar: jar.coordinate)


def _describe(artifacts: Iterable[Artifact]) -> set[Jar]:
    return {
        Jar(
            f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}",
            _sha256(artifact.resolve()),
        )
        for artifact in artifacts
    }


def _add(folder: Path, jar: Jar, download: Callable[[str], Path]) -> None:
    try:
        downloaded = download(jar.coordinate)
    except (RuntimeError, requests.RequestException) as error:
        raise DistributionError(f"{jar.coordinate} can't be downloaded: {error}") from error
    if not _matches(downloaded, jar):
        raise DistributionError(
            f"{jar.coordinate}: the download has SHA-256 {_sha256(downloaded)}, {LOCK.name} says {jar.sha256}"
        )
    shutil.move(downloaded, folder / jar.file_name)


def _maven(repository: Path) -> MavenContext:
    return MavenContext(repo_cache=repository, timeout=_TIMEOUT)


def _matches(path: Path, jar: Jar) -> bool:
    return path.exists() and _sha256(path) == jar.sha256


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_lock() -> None:
    with tempfile.TemporaryDirectory() as repository:
        jars = resolve_lock(Path(repository))
    header = f"# SHA-256 and Maven coordinate of each jar; written by python -m {_MODULE} --lock\n"
    LOCK.write_text(header + "".join(f"{jar.sha256}  {jar.coordinate}\n" for jar in jars))


def _main() -> None:
    parser = argparse.ArgumentParser(prog=f"python -m {_MODULE}", description="Fetch Kafka's jars.")
    parser.add_argument("--lock", action="store_true", help="resolve anew and rewrite the lock first")
    if parser.parse_args().lock:
        _write_lock()
    folder = Home.locate().kafka
    try:
        fetched = fetch(folder)
    except DistributionError as error:
        parser.exit(1, f"{parser.prog}: {error}\n")
    if fetched:
        print(f"Fetched {fetched} of Kafka's jars into {folder}")


if __name__ == "__main__":
    _main()
