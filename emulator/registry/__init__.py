"""Container registries: building images without Docker, keeping them, handing them out."""
