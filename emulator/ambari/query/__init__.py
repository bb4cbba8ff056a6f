"""What a query asks for, and the resources that answer it."""
