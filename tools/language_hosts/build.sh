#!/usr/bin/env bash
# Builds Pulumi's hosts of programs in YAML and for Node.js from Go modules, into the folder given. The latter is
# the last one published inside the SDK's module; later ones have no module.
set -euo pipefail
target=$1
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$target"
(cd "$here/yaml" && go build -o "$target/pulumi-language-yaml" github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml)
(cd "$here/nodejs" && go build -o "$target/pulumi-language-nodejs" \
  github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs)
