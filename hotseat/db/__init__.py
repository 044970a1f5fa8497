"""Storage: models, sessions, queries, migrations. No Twisted, no Flask."""

# Whoever reads the metadata finds all tables in it.
from hotseat.db import prompt_models as prompt_models
from hotseat.db import roster_models as roster_models
from hotseat.db import web_models as web_models
