"""Builds an image from a Dockerfile, without Docker."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from emulator.registry import base, packages
from emulator.registry.context import Context
from emulator.registry.dockerfile import Instruction, parse
from emulator.registry.manifest import Manifest

_BUILDER = "1"  # part of all cache keys: a new number invalidates what earlier builders cached


def build(
    context_folder: Path, dockerfile: Path, cache: Path, target: Path, log: Callable[[str], None]
) -> Manifest:
    """Builds an image into the new folder `target`, and returns its manifest.

    `cache` has the files as they were after each RUN, which is executed again when an earlier step changed.
    `log` is called with each line of the build's log. Raises BuildRefused and packages.PackagesFailed.
    """
    instructions = parse(dockerfile.read_text())
    substitution = base.check_base(instructions[0])
    steps = _plan(instructions, Context.read(context_folder))
    done = _restore(steps, cache, target)
    for number, step in enumerate(steps, start=1):
        log(f"Step {number}/{len(steps)} : {step.instruction.keyword} {step.instruction.text}")
        if number == 1 and substitution:
            log(f" ---> {substitution}")
        if number <= done:
            log(" ---> Using cache")
            continue
        step.apply(target)
        if step.instruction.keyword == "RUN":
            _store_in_cache(target, cache / step.key)
    return steps[-1].manifest.with_digest(target)


@dataclass(frozen=True)
class _Step:
    """One step of the build: an instruction, the manifest after it, and how it changes the files."""

    instruction: Instruction
    manifest: Manifest
    key: str = ""
    """Digest of everything that the files after this step depend on."""
    apply: Callable[[Path], None] = field(default=lambda _root: None)


def _plan(instructions: Sequence[Instruction], context: Context) -> list[_Step]:
    first = Manifest(command=list(base.COMMAND), environment=base.environment())
    key = _digest(_BUILDER, base.ENVIRONMENT["PYTHON_VERSION"])
    steps = [_Step(instructions[0], first, key, base.lay_base)]
    for instruction in instructions[1:]:
        planner = _PLANNERS[instruction.keyword]
        step = planner(instruction, steps[-1].manifest, context)
        steps.append(replace(step, key=_digest(steps[-1].key, step.key)))
    return steps


def _workdir(instruction: Instruction, before: Manifest, _context: Context) -> _Step:
    (path,) = _words(instruction, 1)
    folder = str(PurePosixPath(before.folder) / path)
    return _Step(
        instruction,
        replace(before, folder=folder),
        folder,
        lambda root: _in_root(root, folder).mkdir(parents=True, exist_ok=True),
    )


def _copy(instruction: Instruction, before: Manifest, context: Context) -> _Step:
    *sources, destination = instruction.words()
    if not sources or any(word.startswith("--") for word in sources):
        raise instruction.refusal("only COPY SOURCE... DESTINATION is modelled by the emulator")
    if len(sources) > 1 and not destination.endswith("/"):
        raise instruction.refusal("with several sources the destination must be a folder and end with /")
    target = PurePosixPath(before.folder) / destination
    copies: list[tuple[PurePosixPath, Path]] = []
    for source in sources:
        copies += _copies(instruction, context, source, target, destination.endswith(("/", ".")))
    contents = [f"{to} {_is_executable(path)} {_content_digest(path)}" for to, path in copies]

    def apply(root: Path) -> None:
        for to, path in copies:
            _copy_file(path, _in_root(root, str(to)))

    return _Step(instruction, before, _digest(*contents), apply)


def _copies(
    instruction: Instruction, context: Context, source: str, target: PurePosixPath, into_folder: bool
) -> list[tuple[PurePosixPath, Path]]:
    """The destinations of a source's files: a folder's content goes into the target, a file to or into it."""
    if ".." in PurePosixPath(source).parts:
        raise instruction.refusal(f"{source} lies outside of the build context")
    relative = PurePosixPath(source.lstrip("/"))
    files = list(context.files(str(relative)))
    if not files:
        raise instruction.refusal(f"{source} is not in the build context (or .dockerignore leaves it out)")
    if files[0][0] == relative:
        return [(target / relative.name if into_folder else target, files[0][1])]
    return [(target / path.relative_to(relative), file) for path, file in files]


def _run(instruction: Instruction, before: Manifest, _context: Context) -> _Step:
    arguments = packages.pip_arguments(instruction)

    def apply(root: Path) -> None:
        packages.install(arguments, root, _in_root(root, before.folder))

    return _Step(instruction, before, instruction.text, apply)


def _env(instruction: Instruction, before: Manifest, _context: Context) -> _Step:
    pairs = [word.partition("=") for word in instruction.words()]
    if not all(name and separator for name, separator, _ in pairs):
        raise instruction.refusal("only ENV NAME=VALUE... is modelled by the emulator")
    environment = before.environment | {name: value for name, _, value in pairs}
    return _Step(instruction, replace(before, environment=environment))


def _user(instruction: Instruction, before: Manifest, _context: Context) -> _Step:
    (user,) = _words(instruction, 1)
    if not all(part.isdecimal() for part in user.split(":")):
        raise instruction.refusal("only numbers, UID or UID:GID, are modelled by the emulator")
    return _Step(instruction, replace(before, user=user))


def _expose(instruction: Instruction, before: Manifest, _context: Context) -> _Step:
    ports = [word.removesuffix("/tcp") for word in instruction.words()]
    if not all(port.isdecimal() for port in ports):
        raise instruction.refusal("only TCP ports are modelled by the emulator")
    return _Step(instruction, replace(before, ports=before.ports + [int(port) for port in ports]))


def _entrypoint(instruction: Instruction, before: Manifest, _context: Context) -> _Step:
    # As with Docker, a new entry point resets a command that was inherited from the base image.
    command = [] if before.command == base.COMMAND else before.command
    return _Step(instruction, replace(before, entrypoint=instruction.json_words(), command=command))


def _cmd(instruction: Instruction, before: Manifest, _context: Context) -> _Step:
    return _Step(instruction, replace(before, command=instruction.json_words()))


_PLANNERS: dict[str, Callable[[Instruction, Manifest, Context], _Step]] = {
    "WORKDIR": _workdir,
    "COPY": _copy,
    "RUN": _run,
    "ENV": _env,
    "USER": _user,
    "EXPOSE": _expose,
    "ENTRYPOINT": _entrypoint,
    "CMD": _cmd,
}


def _restore(steps: Sequence[_Step], cache: Path, target: Path) -> int:
    """Restores the files as they were after the last cached RUN, and returns the number of that step."""
    for number in range(len(steps), 0, -1):
        if (cache / steps[number - 1].key).is_dir():
            _clone(cache / steps[number - 1].key, target)
            return number
    target.mkdir()
    return 0


def _store_in_cache(root: Path, cached: Path) -> None:
    cached.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=cached.parent, prefix="unfinished-"))
    _clone(root, unfinished / "root")
    try:
        (unfinished / "root").rename(cached)
    except OSError:
        if not cached.is_dir():  # else another build has stored the same step meanwhile
            raise
    shutil.rmtree(unfinished)


def _clone(source: Path, target: Path) -> None:
    """Copies a tree with hard links, which is safe as files in it are replaced and never written to."""
    shutil.copytree(source, target, symlinks=True, copy_function=os.link)


def _copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    if source.is_symlink():
        target.symlink_to(os.readlink(source))
        return
    shutil.copyfile(source, target)
    # Only the executable bit is copied: the other bits depend on the umask of the sources' owner.
    target.chmod(0o755 if _is_executable(source) else 0o644)


def _words(instruction: Instruction, count: int) -> list[str]:
    words = instruction.words()
    if len(words) != count:
        raise instruction.refusal(f"{count} argument expected")
    return words


def _in_root(root: Path, path: str) -> Path:
    return root / path.lstrip("/")


def _is_executable(path: Path) -> bool:
    return os.access(path, os.X_OK)


def _content_digest(path: Path) -> str:
    content = os.readlink(path).encode() if path.is_symlink() else path.read_bytes()
    return hashlib.sha256(content).hexdigest()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
