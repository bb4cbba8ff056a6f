// Etcd, at the version that Kubernetes asks for: its own main lies in a module that has no release of its own.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
