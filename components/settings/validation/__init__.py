"""What settings are made with: what each says of itself, how it is checked, and how a mistake is reported."""
