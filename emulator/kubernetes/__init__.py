"""A stand-in for AKS: Kubernetes objects, their controllers, and pods that are processes of a World."""
