"""Settings: where this instance keeps its state and which addresses it uses.

Order of truth: environment (`HOTSEAT_DATABASE=…`, nested with `__`), then `hotseat.toml`, then
defaults that make a sandbox in `.hotseat/` of the current folder. Secrets are not settings: they
are generated once into the state folder with mode 0600.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import secrets
import tomllib
from functools import partial
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from words import listed, said

CONFIG_NAME = "hotseat.toml"
SYSTEM_CONFIG = Path("/etc/hotseat") / CONFIG_NAME


class ConfigError(Exception):
    """A settings file or variable is wrong; the text names the field and the fix."""


def loopback_net(folder: Path) -> IPv4Network:
    """The instance's own 127.x.y.0/24, from a hash of its state folder.

    127.0.0.0/16 is left alone: everybody else's servers live there.
    """
    digest = hashlib.sha256(str(folder.resolve()).encode()).digest()
    return IPv4Network((f"127.{1 + digest[0] % 254}.{digest[1]}.0", 24))


class AsteriskSettings(BaseModel):
    """How we reach Asterisk, and where the sandbox keeps it."""

    root: Path | None = None
    """Folder of the debootstrapped Asterisk; default `<state>/asterisk/root`."""
    net: IPv4Network | None = None
    """The sandbox's own loopback net; default from a hash of the state folder."""
    host: IPv4Address | None = None
    """Address of SIP, AMI and HTTP; default the net's .1."""
    sip_port: int = 5060
    ami_port: int = 5038
    http_port: int = 8088
    rtp_ports: tuple[int, int] = (10_000, 19_999)
    fastagi_host: IPv4Address | None = None
    """Where hotseat listens for FastAGI; default the net's .2."""
    fastagi_port: int = 4573
    trunk_peers: list[IPv4Address] = Field(default_factory=list)
    """Addresses of the carrier's SIP servers; default the net's .10 (test callers)."""
    carrier: str = ""
    """`host:port` that takes calls to duty mobiles; default the first of the trunk's peers."""
    qualify_seconds: int = 20

    @property
    def fastagi_peers(self) -> list[str]:
        """Where our Asterisk's FastAGI connections come from.

        Linux gives a connection to any 127.x.y.z the source 127.0.0.1, unless the program binds
        one (res_agi does not). The key tells our Asterisk from others on this machine.
        """
        assert self.host is not None  # filled in by Settings
        assert self.fastagi_host is not None
        return [str(self.host), *(["127.0.0.1"] if self.fastagi_host.is_loopback else [])]


def _database(url: str) -> str:
    """The URL, if it names a database that we know and can reach. Raises ValueError."""
    kind = url.partition(":")[0]
    if kind not in ("sqlite", "postgresql+psycopg"):
        # Not the whole URL: it may hold a password.
        raise ValueError(
            f"database: {kind!r} is not known here; "
            "use sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME"
        )
    if kind == "postgresql+psycopg" and importlib.util.find_spec("psycopg") is None:
        raise ValueError(
            "database: PostgreSQL's driver is missing; pip install 'hotseat[postgresql]'"
        )
    return url


class Settings(BaseSettings):
    """Everything an instance needs to know before it can read its database."""

    model_config = SettingsConfigDict(
        env_prefix="HOTSEAT_", env_nested_delimiter="__", extra="forbid"
    )

    state: Path = Path(".hotseat")
    """Folder of database, secrets, control socket, spool and sandbox."""
    database: str = ""
    """`sqlite:///FILE` or `postgresql+psycopg://USER:PASSWORD@HOST/NAME`, in SQLAlchemy's form;
    default SQLite in the state folder."""
    log_level: str = "info"
    log_format: Literal["console", "json"] = "console"
    """How `hotseat serve` logs to standard error: for people or for programs."""
    metrics_port: int | None = None
    """Port of `/metrics` and `/health` on the .2 of `asterisk.net`; not served by default."""
    web_host: IPv4Address | None = None
    """Where browsers reach the admin and the live feed; default the .2 of `asterisk.net`, which
    only this machine can reach."""
    feed_port: int = 8081
    """Port of the live feed."""
    admin_port: int = 8080
    """Port of the web pages on `web_host`."""
    admin_url: str = ""
    """Where browsers find them, such as `https://hotline.example`, if a proxy stands before them;
    default `http://` with address and port."""
    asterisk: AsteriskSettings = Field(default_factory=AsteriskSettings)

    @field_validator("admin_url")
    @classmethod
    def _is_origin(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (
            parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/")
        ):
            raise ValueError("write scheme and host alone, such as https://hotline.example")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _fill_defaults(self) -> Settings:
        self.state = self.state.expanduser().resolve()
        self.database = _database(self.database or f"sqlite:///{self.state / 'hotseat.db'}")
        asterisk = self.asterisk
        asterisk.root = (asterisk.root or self.state / "asterisk" / "root").resolve()
        asterisk.net = asterisk.net or loopback_net(self.state)
        asterisk.host = asterisk.host or asterisk.net[1]
        asterisk.fastagi_host = asterisk.fastagi_host or asterisk.net[2]
        asterisk.trunk_peers = asterisk.trunk_peers or [asterisk.net[10]]
        asterisk.carrier = asterisk.carrier or f"{asterisk.trunk_peers[0]}:5060"
        self.web_host = self.web_host or asterisk.net[2]
        return self

    @property
    def metrics_host(self) -> str:
        """The loopback address of `/metrics` and `/health`."""
        assert self.asterisk.net is not None  # filled in above
        return str(self.asterisk.net[2])

    @property
    def admin_host(self) -> str:
        """Where the web pages listen."""
        return str(self.web_host)

    @property
    def admin_address(self) -> str:
        """Where browsers find the web pages; no slash at its end."""
        return self.admin_url or f"http://{self.admin_host}:{self.admin_port}"

    @property
    def admin_hosts(self) -> list[str]:
        """The names under which the web pages answer; others are somebody else's idea."""
        named = urlsplit(self.admin_url).hostname
        return [self.admin_host, *([named] if named else [])]

    @property
    def feed_address(self) -> str:
        """Where browsers find the live feed; a proxy has to pass this path on to `feed_port`."""
        return f"{self.admin_url or f'http://{self.web_host}:{self.feed_port}'}/feed"

    @property
    def control_socket(self) -> Path:
        """The Unix socket of a running `hotseat serve`."""
        return self.state / "control.sock"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment beats the file (which comes in as init values)."""
        return env_settings, init_settings


def find_config(start: Path) -> Path | None:
    """`hotseat.toml` in `start`, else the system's, else None."""
    for candidate in (start / CONFIG_NAME, SYSTEM_CONFIG):
        if candidate.is_file():
            return candidate
    return None


def load_settings(path: Path | None = None) -> Settings:
    """Read settings. Raises ConfigError with file, field and reason."""
    path = path or find_config(Path.cwd())
    values: dict[str, Any] = {}
    if path is not None:
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ConfigError(f"{path}: {error}") from error
    try:
        return Settings(**values)
    except ValidationError as error:
        lines = [
            f"{path or 'environment'}: {'.'.join(map(str, problem['loc']))}: {problem['msg']}"
            for problem in error.errors()
        ]
        raise ConfigError("\n".join(lines)) from error


class Secrets(BaseModel):
    """The instance's generated secrets, kept in `<state>/secrets.json` with mode 0600."""

    ami_events: str = Field(default_factory=partial(secrets.token_urlsafe, 24))
    """AMI user `hotseat`: sees events, acts on calls."""
    ami_guest: str = Field(default_factory=partial(secrets.token_urlsafe, 24))
    """AMI user `hotseat-look`, who may log in (so the doctor sees that AMI answers), no more."""
    fastagi_key: str = Field(default_factory=partial(secrets.token_urlsafe, 24))
    """The dialplan global that proves a FastAGI connection comes from our Asterisk."""
    web_key: str = Field(default_factory=partial(secrets.token_urlsafe, 32))
    """Signs what the web pages give a browser to keep."""


def load_secrets(settings: Settings) -> Secrets:
    """Read the secrets, generating those that are missing. Raises ConfigError if unreadable."""
    path = settings.state / "secrets.json"
    if not path.exists():
        settings.state.mkdir(parents=True, exist_ok=True)
        made = Secrets()
        try:
            _write(settings, path, made)
        except FileExistsError:
            return load_secrets(settings)  # another command was first
        return made
    try:
        found = Secrets.model_validate_json(path.read_text(encoding="utf-8"))
        if found.model_fields_set != Secrets.model_fields.keys():  # an older hotseat's file
            new = path.with_suffix(".new")
            new.unlink(missing_ok=True)
            _write(settings, new, found)
            new.replace(path)
    except (OSError, ValidationError) as error:
        fix = said("remove the file to make new secrets")
        raise ConfigError(listed([f"{path}: {error}", fix])) from error
    return found


def _write(settings: Settings, path: Path, made: Secrets) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(made.model_dump_json(indent=2))
        if os.geteuid() == 0:
            # A command run as root may be the first; the server is not root.
            owner = settings.state.stat()
            os.fchown(handle, owner.st_uid, owner.st_gid)
