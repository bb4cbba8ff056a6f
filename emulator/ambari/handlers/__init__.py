"""What each method does on each route."""
