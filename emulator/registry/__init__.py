"""Container registries: images are built without Docker, stored, and pulled."""
