"""Users of the web pages, from the command line."""
