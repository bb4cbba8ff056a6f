import hashlib
from pathlib import Path

import pytest

from emulator import home
from emulator.hdinsight.distribution import LOCK, DistributionError, Jar, complete, read_lock
from emulator.home import Home


def jar(coordinate: str, content: bytes) -> Jar:
    return Jar(coordinate, hashlib.sha256(content).hexdigest())


class Repository:
    def __init__(self, folder: Path, contents: dict[str, bytes]) -> None:
        self.folder = folder
        self.contents = contents
        self.asked: list[str] = []

    def download(self, coordinate: str) -> Path:
        self.asked.append(coordinate)
        if coordinate not in self.contents:
            raise RuntimeError("not found")
        path = self.folder / coordinate.replace(":", "_")
        path.write_bytes(self.contents[coordinate])
        return path


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    folder = tmp_path / "repository"
    folder.mkdir()
    return Repository(folder, {"g:a:1": b"one", "g:b:2": b"two"})


JARS = [jar("g:a:1", b"one"), jar("g:b:2", b"two")]


def test_the_lock_names_kafka_3_2_0_and_everything_has_a_digest():
    jars = read_lock(LOCK.read_text())
    assert "org.apache.kafka:kafka_2.12:3.2.0" in {jar.coordinate for jar in jars}
    assert all(len(jar.sha256) == 64 for jar in jars)
    assert len({jar.file_name for jar in jars}) == len(jars)


def test_checkouts_with_one_lock_share_the_jars_of_the_user(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    one, other = Home(tmp_path / "one").kafka, Home(tmp_path / "other").kafka
    assert one == other
    assert one.is_relative_to(tmp_path / "cache" / "aks-kafka" / "kafka")
    another_lock = tmp_path / "distribution.lock"
    another_lock.write_text("# of other jars\n")
    monkeypatch.setattr(home, "_KAFKA_LOCK", another_lock)
    assert Home(tmp_path / "one").kafka != one


def test_fetches_what_is_missing_under_mavens_names(tmp_path, repository):
    assert complete(tmp_path / "lib", JARS, repository.download) == 2
    assert {path.name: path.read_bytes() for path in (tmp_path / "lib").iterdir()} == {
        "a-1.jar": b"one",
        "b-2.jar": b"two",
    }


def test_a_complete_folder_is_left_alone(tmp_path, repository):
    complete(tmp_path / "lib", JARS, repository.download)
    repository.asked.clear()
    assert complete(tmp_path / "lib", JARS, repository.download) == 0
    assert repository.asked == []


def test_a_damaged_jar_is_fetched_again_and_a_stranger_removed(tmp_path, repository):
    complete(tmp_path / "lib", JARS, repository.download)
    (tmp_path / "lib" / "a-1.jar").write_bytes(b"half")
    (tmp_path / "lib" / "a-0.jar").write_bytes(b"old")
    assert complete(tmp_path / "lib", JARS, repository.download) == 1
    assert sorted(path.name for path in (tmp_path / "lib").iterdir()) == ["a-1.jar", "b-2.jar"]
    assert (tmp_path / "lib" / "a-1.jar").read_bytes() == b"one"


def test_a_download_with_another_digest_is_refused_by_name(tmp_path, repository):
    repository.contents["g:b:2"] = b"evil"
    with pytest.raises(DistributionError, match="g:b:2: the download has SHA-256"):
        complete(tmp_path / "lib", JARS, repository.download)
    assert not (tmp_path / "lib" / "b-2.jar").exists()


def test_a_jar_that_is_nowhere_is_named(tmp_path, repository):
    del repository.contents["g:a:1"]
    with pytest.raises(DistributionError, match="g:a:1 can't be downloaded: not found"):
        complete(tmp_path / "lib", JARS, repository.download)
