"""Getting in and out, and what a visitor may say about themselves."""
