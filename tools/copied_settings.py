"""Prints the settings of a stack for another one: `python -m tools.copied_settings Pulumi.dev.yaml`.

Without secrets, which the other stack could not decrypt, and without what says how they are encrypted.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import yaml


def main() -> int:
    """Prints the file of the other stack; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m tools.copied_settings", description=__doc__)
    parser.add_argument("file", type=Path, help="of the stack whose settings are copied")
    parser.add_argument("--secrets-provider", default="", help="what encrypts the secrets of the other stack")
    options = parser.parse_args()
    document = copied(yaml.safe_load(options.file.read_text("utf-8")), options.secrets_provider)
    yaml.safe_dump(document, sys.stdout, sort_keys=False)
    return 0


def copied(document: dict[str, Any], secrets_provider: str) -> dict[str, Any]:
    """The settings in the file of a stack that are no secrets, for a stack with this secrets provider."""
    plain = {
        name: value
        for name, value in document["config"].items()
        if not (isinstance(value, dict) and "secure" in value)
    }
    return {"config": plain, **({"secretsprovider": secrets_provider} if secrets_provider else {})}


if __name__ == "__main__":
    sys.exit(main())
