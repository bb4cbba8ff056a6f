#!/usr/bin/env bash
# Checks the workflows with actionlint, built from its Go module (about 15 s, once; Go caches it).
# A machine with an installed Pulumi needs no Go for anything else, so without Go this check is left out.
set -euo pipefail
cd "$(dirname "$0")"
if ! command -v go >/dev/null; then
  echo "actionlint is left out: it is built with Go, which is not installed" >&2
  exit 0
fi
# Neither tool is pinned here, so what happens to be installed must not change the outcome.
exec go tool actionlint -shellcheck= -pyflakes= ../../.github/workflows/*.yml
