"""The `hotseat` command."""

from __future__ import annotations

import click


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hotseat")
def main() -> None:
    """A hotline server for Asterisk."""
