"""Storage: models, sessions, queries, migrations. No Twisted, no Flask."""
