"""An emulated AKS cluster: Kubernetes objects, their controllers, and pods that are processes of a World."""
