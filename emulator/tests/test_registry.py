import os
import platform
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

from emulator.kubernetes.node.image import PullRefused
from emulator.registry import base, packages
from emulator.registry.build import build
from emulator.registry.context import Context
from emulator.registry.dockerfile import BuildRefused, parse
from emulator.registry.images import Images, Reference, ReferenceMalformed, push
from tools.pythons import PYTHONS

FROM = f"FROM python:{base.VERSION}-slim\n"


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "context").mkdir()
    return Workspace(tmp_path)


class Workspace:
    """A build context, and a place for what is built from it."""

    def __init__(self, folder: Path) -> None:
        self.context = folder / "context"
        self.registries = folder / "registry"
        self.steps: list[str] = []

    def file(self, path: str, content: str = "x", mode: int = 0o644) -> None:
        target = self.context / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
        target.chmod(mode)

    def push(self, dockerfile: str, reference: str = "r.azurecr.io/app:1"):
        """The manifest, and where the files lie."""
        self.file("Dockerfile", dockerfile)
        self.steps.clear()
        manifest = push(
            self.registries,
            Reference.parse(reference),
            lambda root: build(
                self.context, self.context / "Dockerfile", self.registries / "cache", root, self.steps.append
            ),
        )
        return manifest, Images(self.registries, lambda *_: None).pull(reference, "kubelet").folder


def test_the_configuration_is_what_the_dockerfile_says(workspace):
    workspace.push(
        FROM
        + """
        # A comment
        WORKDIR /srv
        WORKDIR app
        ENV A=1 B="two words" \\
            # between continued lines
            C=3
        USER 10001:10002
        EXPOSE 8080 9090/tcp
        ENTRYPOINT ["python", "-m", "app"]
        CMD ["serve"]
        """
    )
    image = Images(workspace.registries, lambda *_: None).pull("r.azurecr.io/app:1", "kubelet")
    assert image.entrypoint == ["python", "-m", "app"]
    assert image.command == ["serve"]
    assert image.user == "10001:10002"
    assert image.folder_in == "/srv/app"
    assert image.ports == [8080, 9090]
    environment = dict(image.environment)
    assert [environment[name] for name in "ABC"] == ["1", "two words", "3"]
    assert environment["PATH"].startswith("/usr/local/bin:")
    assert (image.folder / "srv/app").is_dir()


def test_the_base_images_command_stands_until_there_is_an_entry_point(workspace):
    assert workspace.push(FROM)[0].command == ["python3"]
    assert workspace.push(FROM + 'ENTRYPOINT ["a"]')[0].command == []
    assert workspace.push(FROM + 'CMD ["b"]\nENTRYPOINT ["a"]')[0].command == ["b"]


@pytest.mark.parametrize("version", PYTHONS)
def test_this_machines_python_stands_for_the_one_that_an_image_asks_for_and_it_is_said(workspace, version):
    manifest, root = workspace.push(f"FROM python:{version}-slim\nWORKDIR /srv")
    assert manifest.environment["PYTHON_VERSION"] == platform.python_version()
    assert (root / base.SITE_PACKAGES).is_dir()
    said = f" ---> Python {platform.python_version()} of this machine stands for Python {version}"
    assert (said in workspace.steps) is (version != base.VERSION)


def test_an_image_that_another_python_built_is_not_run(workspace, monkeypatch):
    workspace.push(FROM)
    monkeypatch.setattr(base, "VERSION", "3.10")
    with pytest.raises(PullRefused, match=r"it was built with Python .*make the world anew"):
        Images(workspace.registries, lambda *_: None).pull("r.azurecr.io/app:1", "kubelet")


def test_copy_follows_dockers_rules(workspace):
    for path in ("a.txt", "b.txt", "folder/c.txt", "folder/deep/d.txt"):
        workspace.file(path, path)
    _, root = workspace.push(
        FROM
        + """WORKDIR /w
        COPY a.txt renamed.txt
        COPY a.txt b.txt into/
        COPY a.txt .
        COPY folder /absolute
        COPY folder/ here/
        """
    )
    copied = {str(path.relative_to(root)) for path in root.rglob("*.txt")}
    assert copied == {
        "w/renamed.txt",
        "w/into/a.txt",
        "w/into/b.txt",
        "w/a.txt",
        "absolute/c.txt",
        "absolute/deep/d.txt",
        "w/here/c.txt",
        "w/here/deep/d.txt",
    }
    assert (root / "absolute/deep/d.txt").read_text() == "folder/deep/d.txt"


def test_only_executability_is_kept_of_a_files_mode(workspace):
    workspace.file("run.sh", mode=0o700)
    workspace.file("secret.txt", mode=0o600)
    _, root = workspace.push(FROM + "COPY . /srv")
    assert (root / "srv/run.sh").stat().st_mode & 0o777 == 0o755
    assert (root / "srv/secret.txt").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        ("tests/test_a.py", True),
        ("tests/keep.py", False),
        ("src/tests/a.py", False),
        ("src/__pycache__/a.pyc", True),
        ("__pycache__/a.pyc", True),
        ("a.log", True),
        ("deep/a.log", False),
        ("xa.tmp", True),
        ("xya.tmp", False),
        ("src/a.py", False),
    ],
)
def test_dockerignore(tmp_path, path, ignored):
    (tmp_path / ".dockerignore").write_text(
        "# comment\ntests\n!tests/keep.py\n**/__pycache__\n*.log\n?a.tmp\n"
    )
    assert Context.read(tmp_path).ignores(PurePosixPath(path)) is ignored


def test_ignored_files_are_not_copied(workspace):
    workspace.file(".dockerignore", "**/*.pyc\n")
    workspace.file("app/a.py")
    workspace.file("app/a.pyc")
    _, root = workspace.push(FROM + "COPY app app")
    assert [path.name for path in (root / "app").iterdir()] == ["a.py"]


@pytest.mark.parametrize(
    ("dockerfile", "reason"),
    [
        ("FROM alpine", "no other base images than python:3.11-slim, python:3.12-slim, python:3.13-slim"),
        ("FROM python:2.7-slim", "no other base images"),
        (FROM + FROM, "several stages"),
        (FROM + "ARG X=1", "ARG is not modelled"),
        (FROM + "RUN apt-get install x", "nothing but pip install"),
        (FROM + "RUN pip install a && rm -rf /", "shell operators"),
        (FROM + "RUN pip install -r /etc/requirements.txt", "absolute paths"),
        (FROM + "COPY --chown=1 a b", "only COPY SOURCE"),
        (FROM + "COPY missing .", "not in the build context"),
        (FROM + "COPY ../outside .", "outside of the build context"),
        (FROM + "COPY a b c", "must be a folder"),
        (FROM + "COPY *.py .", "patterns"),
        (FROM + "ENV A 1", "only ENV NAME=VALUE"),
        (FROM + "ENV A=$PATH", "variables"),
        (FROM + "USER nobody", "only numbers"),
        (FROM + "EXPOSE 53/udp", "only TCP"),
        (FROM + "CMD python -m app", "exec form"),
        (FROM + "ENTRYPOINT [1]", "exec form"),
        ("WORKDIR /", "must be FROM"),
        ("", "must be FROM"),
    ],
)
def test_what_is_not_modelled_is_refused_with_its_reason(workspace, dockerfile, reason):
    with pytest.raises(BuildRefused, match=reason):
        workspace.push(dockerfile)
    assert list(workspace.registries.iterdir()) == []


def test_a_refusal_names_the_line():
    with pytest.raises(BuildRefused, match="line 4: VOLUME /x:"):
        parse(FROM + "ENV A=1 \\\n  B=2\nVOLUME /x")


@pytest.fixture
def installs(monkeypatch):
    """Counts installations instead of asking a package index."""
    calls = []

    def install(arguments, root, folder):
        calls.append((arguments, folder.relative_to(root)))
        (root / base.SITE_PACKAGES / "installed.py").write_text("")

    monkeypatch.setattr(packages, "install", install)
    return calls


def test_run_is_repeated_only_when_something_before_it_changed(workspace, installs):
    dockerfile = (
        FROM
        + """WORKDIR /app
        COPY requirements.txt .
        RUN pip install --no-cache-dir -r requirements.txt
        COPY source.py .
        """
    )
    workspace.file("requirements.txt", "one")
    workspace.file("source.py", "first")
    first, first_root = workspace.push(dockerfile)
    assert installs == [(["-r", "requirements.txt"], Path("app"))]
    workspace.file("source.py", "second")
    second, second_root = workspace.push(dockerfile, "r.azurecr.io/app:2")
    assert len(installs) == 1
    assert workspace.steps.count(" ---> Using cache") == 4
    assert (second_root / base.SITE_PACKAGES / "installed.py").exists()
    assert (second_root / "app/source.py").read_text() == "second"
    assert (first_root / "app/source.py").read_text() == "first"
    workspace.file("requirements.txt", "two")
    workspace.push(dockerfile)
    assert len(installs) == 2
    assert first.digest != second.digest


def test_the_digest_depends_on_content_alone(workspace):
    workspace.file("a.txt", "content")
    one, _ = workspace.push(FROM + "COPY a.txt /")
    os.utime(workspace.context / "a.txt", (0, 0))
    same, _ = workspace.push(FROM + "COPY a.txt /", "other.azurecr.io/else:9")
    assert same.digest == one.digest
    assert one.digest.startswith("sha256:")
    changed = [FROM + "COPY a.txt /b.txt", FROM + "COPY a.txt /\nUSER 1"]
    assert len({one.digest, *(workspace.push(each)[0].digest for each in changed)}) == 3
    workspace.file("a.txt", "content", mode=0o755)
    assert workspace.push(FROM + "COPY a.txt /")[0].digest != one.digest


def test_a_pushed_image_takes_the_place_of_the_one_before(workspace):
    workspace.file("a.txt", "one")
    workspace.push(FROM + "COPY a.txt /")
    workspace.file("a.txt", "two")
    _, root = workspace.push(FROM + "COPY a.txt /")
    assert (root / "a.txt").read_text() == "two"


def test_packages_are_installed_where_the_images_python_finds_them(workspace, tmp_path):
    package = workspace.context / "package"
    workspace.file("package/hello.py", "def main(): print('hello')\n")
    workspace.file(
        "package/pyproject.toml",
        """
        [build-system]
        requires = []
        build-backend = "backend"
        backend-path = ["."]
        """,
    )
    workspace.file("package/backend.py", _BACKEND)
    _, root = workspace.push(FROM + "WORKDIR /app\nCOPY package package\nRUN pip install ./package")
    assert (root / base.SITE_PACKAGES / "hello.py").exists()
    assert list((root / base.SITE_PACKAGES / "__pycache__").glob("hello.*.pyc"))
    script = (root / "usr/local/bin/hello").read_text()
    assert script.startswith("#!/usr/local/bin/python")
    assert package.exists()
    mount, python = next(iter(base.binds().items()))
    interpreter = os.readlink(root / f"usr/local/bin/python{base.VERSION}").replace(mount, python)
    ran = subprocess.run(
        [interpreter, "-S", "-c", "import hello; hello.main()"],
        cwd=root / base.SITE_PACKAGES,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "hello\n"


# The smallest build backend (PEP 517), so that no index is asked for one.
_BACKEND = """
import zipfile
def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "hello-1-py3-none-any.whl"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as wheel:
        wheel.write("hello.py")
        wheel.writestr("hello-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: hello\\nVersion: 1\\n")
        wheel.writestr("hello-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\n")
        wheel.writestr("hello-1.dist-info/entry_points.txt", "[console_scripts]\\nhello = hello:main\\n")
        wheel.writestr("hello-1.dist-info/RECORD", "")
    return name
"""


def test_a_failed_installation_shows_pips_output(workspace):
    workspace.file("requirements.txt", "./missing\n")
    with pytest.raises(packages.PackagesFailed, match="missing"):
        workspace.push(FROM + "WORKDIR /a\nCOPY requirements.txt .\nRUN pip install -r requirements.txt")
    assert [path.name for path in workspace.registries.iterdir()] == []


def test_pulls_are_refused_with_the_reason(workspace):
    workspace.push(FROM)
    images = Images(
        workspace.registries, lambda server, puller: f"{puller} may not" if puller == "x" else None
    )
    with pytest.raises(PullRefused, match="x may not"):
        images.pull("r.azurecr.io/app:1", "x")
    with pytest.raises(PullRefused, match="app:2: not found"):
        images.pull("r.azurecr.io/app:2", "kubelet")
    for malformed in ("nginx", "r.azurecr.io/App:1", "r.azurecr.io/../app:1", "r.azurecr.io/app:../x"):
        with pytest.raises(PullRefused, match="invalid reference format"):
            images.pull(malformed, "kubelet")
        with pytest.raises(ReferenceMalformed):
            Reference.parse(malformed)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["vm", "list"],
        ["acr", "login"],
        ["acr", "build", "--registry", "r", "--image", "i", "--platform", "x", "."],
    ],
)
def test_az_refuses_by_name_what_it_does_not_know(arguments):
    az = Path(packages.__file__).parents[1] / "bin" / "az"
    result = subprocess.run([az, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert f"az {' '.join(arguments)}: not modelled by the emulator" in result.stderr


def test_az_says_when_no_emulator_runs(tmp_path):
    result = subprocess.run(
        [sys.executable, "-m", "emulator.az", "acr", "build", "--registry", "r", "--image", "i:1", "."],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(packages.__file__).parents[2],
        env={**os.environ, "AKS_KAFKA_EMULATOR_HOME": str(tmp_path)},
    )
    assert result.returncode == 1
    assert "No emulator runs" in result.stderr
