"""What this costs, measured: `python -m bench` prints one line of JSON for each figure."""
