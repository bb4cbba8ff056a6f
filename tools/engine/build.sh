#!/usr/bin/env bash
# Builds Pulumi's engine, its Python language host and the host of dynamic providers from Go modules, into the
# folder given. The language host is the last one published inside the SDK's module; later ones have no module.
set -euo pipefail
target=$1
here=$(cd "$(dirname "$0")" && pwd)
version=$(cd "$here/cli" && go list -m -f '{{.Version}}' github.com/pulumi/pulumi/pkg/v3)

mkdir -p "$target"
(cd "$here/language" && go build -o "$target/pulumi-language-python" github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python)
(cd "$here/cli" && go build -o "$target/pulumi" \
  -ldflags "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=$version" \
  github.com/pulumi/pulumi/pkg/v3/cmd/pulumi)

sdk=$(cd "$here/cli" && go list -m -f '{{.Dir}}' github.com/pulumi/pulumi/sdk/v3)
install -m 755 "$sdk/python/cmd/pulumi-language-python-exec" "$sdk/python/dist/pulumi-resource-pulumi-python" "$target/"
