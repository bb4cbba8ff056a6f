"""Prints the comment on the change between two commits, by a preview in an emulated environment.

    make pr-comment BASE=main                # the working tree, against main
    make pr-comment BASE=v0.1.0 HEAD=main

The program of BASE is deployed with its Pulumi.local.yaml, then that of HEAD is previewed. The environment is
taken down afterwards.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Returns 0, 1 if a command failed, or 130 after Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m tools.pr_comment", description=__doc__)
    parser.add_argument("base", help="commit that is deployed")
    parser.add_argument("head", nargs="?", default="", help="commit that is previewed; this folder without")
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as cleanup:
            base = cleanup.enter_context(_program(options.base, Path(folder) / "base"))
            head = cleanup.enter_context(_program(options.head, Path(folder) / "head"))
            sys.stdout.write(_comment(Path(folder) / "world", base, head))
    except subprocess.CalledProcessError as failure:
        print(f"{' '.join(map(str, failure.cmd))} ended with {failure.returncode}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    return 0


@contextlib.contextmanager
def _program(commit: str, folder: Path) -> Iterator[Path]:
    """The folder with the program at a commit; without a commit, this checkout."""
    if not commit:
        yield CHECKOUT
        return
    _git("worktree", "add", "--quiet", "--detach", str(folder), commit)
    try:
        (folder / ".venv").symlink_to(CHECKOUT / ".venv")
        yield folder
    finally:
        _git("worktree", "remove", "--force", str(folder))


def _comment(world: Path, base: Path, head: Path) -> str:
    try:
        _tell("Deploying the base in an emulated environment, which takes about a minute.")
        _emulator(world, "--program", str(base), "up", "--yes", "--skip-preview", "--suppress-outputs")
        _tell("Previewing the change.")
        preview = _emulator(world, "--program", str(head), "preview", "--refresh", "--json")
    finally:
        subprocess.run(_command(world, "down"), cwd=CHECKOUT, stdout=sys.stderr, check=False)
    review = [sys.executable, "-m", "review", "--format", "markdown", "--stack", "local"]
    # Without a preview it ends with an error, and the comment says why.
    return subprocess.run(
        review, cwd=CHECKOUT, input=preview, stdout=subprocess.PIPE, text=True, check=False
    ).stdout


def _emulator(world: Path, *arguments: str) -> str:
    """Runs pulumi in the environment; returns its standard output."""
    command = _command(world, "pulumi", *arguments)
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        try:
            output, _ = process.communicate()
        except KeyboardInterrupt:
            # Pulumi has got the Ctrl-C as well: what takes the environment down waits until it has ended.
            process.communicate()
            raise
    # A failed preview says why in its JSON, from which the comment takes it.
    if process.returncode != 0 and "--json" not in arguments:
        sys.stderr.write(output)
        raise subprocess.CalledProcessError(process.returncode, command)
    return output


def _command(world: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "emulator", "--home", str(world), *arguments]


def _tell(progress: str) -> None:
    print(progress, file=sys.stderr, flush=True)


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=CHECKOUT, check=True)


if __name__ == "__main__":
    sys.exit(main())
