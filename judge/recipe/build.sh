#!/usr/bin/env bash
# Builds what the judge consists of from Go modules, into the folder given: Kubernetes' control plane, the etcd
# that it asks for, kwok, and Pulumi's own Kubernetes provider.
set -euo pipefail
mkdir -p "$1"
target=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export CGO_ENABLED=0

build() { # FOLDER OF THE MODULE, PACKAGE, PROGRAM, LINKER'S FLAGS
  echo "==> $3"
  (cd "$1" && go build -trimpath -buildvcs=false -ldflags "-s -w ${4:-}" -o "$target/$3" "$2")
}

version_of() { # FOLDER OF THE MODULE, MODULE
  (cd "$1" && go list -m -f '{{.Version}}' "$2")
}

# Without these the server calls itself v0.0.0-master.
kubernetes=$(version_of "$here/controlplane" k8s.io/kubernetes)
minor=${kubernetes#v1.}
said=k8s.io/component-base/version
flags="-X $said.gitVersion=$kubernetes -X $said.gitMajor=1 -X $said.gitMinor=${minor%%.*} -X $said.gitTreeState=clean"
for program in kube-apiserver kube-controller-manager kube-scheduler; do
  build "$here/controlplane" "k8s.io/kubernetes/cmd/$program" "$program" "$flags"
done
build "$here/controlplane" ./etcd etcd
build "$here/kwok" sigs.k8s.io/kwok/cmd/kwok kwok

# What a main embeds has to lie beside it.
module=github.com/pulumi/pulumi-kubernetes/provider/v4
cp "$here"/provider/* "$scratch/"
folder=$(cd "$scratch" && go mod download $module && go list -m -f '{{.Dir}}' $module)
install -m 644 "$folder"/cmd/pulumi-resource-kubernetes/{schema,terraform-mapping}.json "$scratch/"
version=$(version_of "$scratch" $module)
build "$scratch" . pulumi-resource-kubernetes "-X $module/pkg/version.Version=$version"
