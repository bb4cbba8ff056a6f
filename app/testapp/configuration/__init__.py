"""What the environment variables say, read and checked."""
