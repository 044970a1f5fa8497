"""What an administrator does for one agent at the command line."""
