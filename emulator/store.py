"""Stores JSON documents on disk, so that they survive a SIGKILL at any time."""

import hashlib
import itertools
import json
import os
import threading
from pathlib import Path
from typing import Any
from urllib.parse import quote

_MAX_NAME_LENGTH = 200  # ext4 allows 255 bytes; the temporary file's suffix needs some of them

Document = dict[str, Any]


class Store:
    """A store with one file per key, written atomically (temporary file, fsync, rename). Thread-safe.

    Only one Store of one process may use a folder at a time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for leftover in folder.glob("*.tmp"):
            leftover.unlink()
        self._ranks = {entry["key"]: entry["rank"] for entry in self._entries()}
        self._next_rank = itertools.count(max(self._ranks.values(), default=-1) + 1)

    def get(self, key: str) -> Document | None:
        """The document last put under `key`, or None."""
        with self._lock:
            return self._read(key) if key in self._ranks else None

    def put(self, key: str, value: Document) -> None:
        """Stores `value` under `key`. On return it is on disk.

        Raises TypeError when it contains something that JSON can't express.
        """
        with self._lock:
            rank = self._ranks[key] if key in self._ranks else next(self._next_rank)
            text = json.dumps({"key": key, "rank": rank, "value": value}, indent=1)
            _write_atomically(self._path(key), text)
            self._ranks[key] = rank

    def delete(self, key: str) -> None:
        """Deletes the document under `key`; does nothing when there is none."""
        with self._lock:
            if self._ranks.pop(key, None) is not None:
                self._path(key).unlink()
                _sync_folder(self._folder)

    def items(self) -> list[tuple[str, Document]]:
        """All keys and documents, in the order in which the keys were first put."""
        with self._lock:
            return [(key, self._read(key)) for key in sorted(self._ranks, key=self._ranks.__getitem__)]

    def _read(self, key: str) -> Document:
        return json.loads(self._path(key).read_text())["value"]

    def _entries(self) -> list[Document]:
        return [json.loads(path.read_text()) for path in self._folder.glob("*.json")]

    def _path(self, key: str) -> Path:
        return self._folder / f"{_file_name(key)}.json"


def _file_name(key: str) -> str:
    """A readable file name, unique to the key: percent-encoded; for long keys a digest and the key's end."""
    # Percent-encoded text contains neither "," nor "=": they stand for slashes and mark the long form.
    readable = quote(key, safe=" ").replace(".", "%2E").replace("%2F", ",")
    if len(readable) <= _MAX_NAME_LENGTH:
        return readable or "%"
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"={digest}={readable[-(_MAX_NAME_LENGTH - 34) :]}"


def _write_atomically(path: Path, text: str) -> None:
    temporary = path.with_name(path.name + ".tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
