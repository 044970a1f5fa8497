"""The whole site in one file: bring it in, take it out."""
