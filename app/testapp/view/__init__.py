"""What Kafka says of itself, for whoever reads this pod's log; see `testapp.view.lines` for its form."""
