"""What goes on inside a Kubernetes cluster: asked of its API server, judged, and waited for.

Private: it serves the test application's resources.
"""
