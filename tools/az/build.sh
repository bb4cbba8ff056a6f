#!/usr/bin/env bash
# Makes a virtual environment with Azure's command line of $PYTHON in the folder given.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
"$PYTHON" -m venv "$1"
"$1/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
