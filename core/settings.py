"""All settings, from `hotline.toml` and HOTLINE_* variables; a variable beats the file."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings.exceptions import SettingsError as SourceError

from core.area import AreaError, normal


def _known_form(code: str) -> str:
    if code:
        try:
            normal(code)
        except AreaError as error:
            raise ValueError(str(error).rstrip(".")) from error
    return code


Port = Annotated[int, Field(ge=1, le=65535)]
AreaCode = Annotated[str, AfterValidator(_known_form)]
NumberClass = Literal["local", "mobile", "national"]
DATABASES = ("sqlite", "postgresql")
REDIS_SCHEMES = ("redis", "rediss", "unix")
LOOPBACK = ("127.0.0.1", "::1", "localhost")
CODE = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """A setting is wrong; the message is one sentence that names it."""


class TrunkSettings(BaseModel):
    """One trunk: who may send calls here, and how many."""

    model_config = SettingsConfigDict(extra="forbid")

    name: str = Field(description="Name shown in logs and tickets.")
    addresses: list[str] = Field(description="IP addresses or networks (CIDR) it calls from.")
    trusted: bool = Field(default=False, description="Believe its P-Asserted-Identity (RFC 3325).")
    user: str = Field(default="", description="Digest user name; empty asks for no digest.")
    password: str = Field(default="", description="Digest password.")
    area: AreaCode = Field(default="", description="GB/T 2260 code of callers who come in here.")
    max_calls: int = Field(
        default=200, ge=1, description="Calls at once; more get 503 with Retry-After."
    )
    calls_per_second: float = Field(default=50.0, gt=0, description="New calls per second.")
    dial: str = Field(
        default="",
        description="SIP URI to dial out by, sip:{number}@192.0.2.10; empty: no number goes out.",
    )


class NumberSettings(BaseModel):
    """One number dialled, and what it means."""

    model_config = SettingsConfigDict(extra="forbid")

    number: str = Field(description="Number as the trunk delivers it.")
    area: AreaCode = Field(
        default="", description="GB/T 2260 code that calls to this number belong to."
    )
    urgent: bool = Field(
        default=False,
        description="A red key: never refused, straight to the alarm path.",
    )


def _local_trunk() -> list[TrunkSettings]:
    return [TrunkSettings(name="local", addresses=["127.0.0.0/8"], trusted=True)]


class Settings(BaseSettings):
    """Settings of one node. Every field is an `HOTLINE_<NAME>` variable and a TOML key."""

    model_config = SettingsConfigDict(env_prefix="HOTLINE_", extra="forbid")

    data: Path = Field(
        default=Path("data"),
        description="Folder of database, recordings, keys, caches.",
    )
    node: str = Field(
        default="node1",
        pattern=r"^[A-Za-z0-9_-]{1,32}$",
        description="Name of this node.",
    )
    number: str = Field(default="12349", description="The hotline's own number.")
    area: AreaCode = Field(
        default="440000",
        description="GB/T 2260 code of calls that nothing else places.",
    )
    timezone: str = Field(
        default="Asia/Shanghai", description="Zone of pages, ticket numbers and hours."
    )

    http_address: str = Field(
        default="127.0.0.1", description="Address the console listens on (https)."
    )
    http_port: Port = Field(default=8349, description="Port of console and API (https).")
    sip_address: str = Field(default="127.0.0.1", description="Address SIP and RTP listen on.")
    sip_public_address: str = Field(
        default="", description="Address told to peers, when behind NAT."
    )
    sip_port: Port = Field(default=5060, description="SIP port, UDP and TCP.")
    sip_tls_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="SIP over TLS port; 0 means sip_port + 1.",
    )
    rtp_port: Port = Field(default=20000, description="First RTP port.")
    rtp_ports: int = Field(
        default=8000, ge=100, le=40000, description="Size of the RTP port range."
    )
    max_calls: int = Field(default=400, ge=1, le=500, description="Calls at once on this node.")
    no_rtp_s: int = Field(
        default=30, ge=5, description="A call without RTP for so long (s) is ended."
    )
    drain_s: int = Field(
        default=60, ge=0, description="How long (s) SIGTERM lets running calls go on."
    )
    max_call_s: int = Field(default=7200, ge=60, description="Longest call with the machine (s).")

    db_url: str = Field(default="", description="SQLAlchemy URL; empty: SQLite in the data folder.")
    redis_url: str = Field(
        default="", description="Redis URL; empty: a private server in the data folder."
    )

    tree: Path = Field(
        default=CODE / "ivr/trees/12349.yaml", description="The IVR tree that answers."
    )
    queues: Path = Field(
        default=CODE / "telephony/queue/queues.yaml",
        description="Queues, skills and reasons for breaks (docs/queue.md).",
    )
    emergency_words: Path = Field(
        default=CODE / "ivr/emergency.yaml", description="Words of distress listened for."
    )
    articles: Path = Field(
        default=CODE / "knowledge/articles", description="Articles put in at start."
    )
    asr_model: Path = Field(
        default=CODE / "asr/models/12349-zh", description="Folder of the Vosk model."
    )
    asr_models: dict[str, Path] = Field(
        default_factory=dict,
        description="Folders of Vosk models of other languages by name (粤语); none are shipped.",
    )
    asr_phrases: Path | None = Field(
        default=None,
        description="What callers say here besides, a phrase a line; for `hotline models build`.",
    )
    asr_graph_renewed: bool = Field(
        default=True,
        description="A minute after articles change, build the graph of sentences anew.",
    )
    asr_workers: int = Field(default=2, ge=1, le=32, description="Threads that recognise speech.")
    transcribe_calls: int = Field(
        default=20, ge=0, description="Talks with people are transcribed up to so many calls."
    )
    voice_folder: Path | None = Field(
        default=None,
        description="Kokoro's files; empty: hotline/kokoro in the user's cache folder.",
    )
    voice: str = Field(
        default="zf_xiaoxiao",
        description="Voice that speaks: zf_xiaoxiao (a woman's) or zm_yunyang (a man's).",
    )
    voice_rate: float = Field(
        default=1.0, ge=0.7, le=1.3, description="Pace of the voice; 1 is the hotline's usual one."
    )
    voice_pause_ms: int = Field(
        default=200, ge=0, le=2000, description="Silence (ms) after a sentence of the voice."
    )
    second_reader_on: bool = Field(
        default=True, description="Read utterances again that the speech model was unsure of."
    )
    second_reader: Path | None = Field(
        default=None,
        description="Whisper's files for it; empty: hotline/whisper in the user's cache folder.",
    )
    min_free_mb: int = Field(
        default=200, ge=0, description="Recording stops below so much free disk (MB)."
    )
    callbacks: bool = Field(
        default=True, description="Offer who waits a call-back, where a trunk dials out."
    )
    callback_trunk: str = Field(
        default="", description="Trunk that call-backs go out by; empty: the first that dials."
    )
    transfer_targets: list[str] = Field(
        default_factory=list, description="SIP URIs that a tree may transfer to."
    )
    out_trunk: str = Field(
        default="",
        description="Trunk that numbers are dialled through; empty: the first that has `dial`.",
    )
    out_classes: list[NumberClass] = Field(
        default=["local", "mobile"],
        description="Classes of numbers that agents may dial: local, mobile, national.",
    )
    out_prefixes: list[str] = Field(
        default=["+86"],
        description="Beginnings (E.164) of the numbers that agents may dial; no other goes out.",
    )
    out_local_prefix: str = Field(
        default="", description="Beginning (E.164) of local fixed lines, such as +86755."
    )
    out_per_hour: int = Field(
        default=30, ge=0, description="Numbers that one agent may dial within an hour."
    )
    agencies: dict[str, str] = Field(
        default_factory=dict,
        description="Agencies that agents may reach by name (120): a SIP URI or a number each.",
    )
    interconnect_live: bool = Field(
        default=False,
        validate_default=True,
        description="Let agencies be reached that are not on this machine.",
    )
    desk_phones: dict[str, str] = Field(
        default_factory=dict,
        description="SIP URIs of agents (by name) who have a desk phone instead of the browser.",
    )
    park_s: int = Field(
        default=180, ge=10, description="A parked caller waits so long (s), then for anybody."
    )
    show_listeners: bool = Field(default=True, description="Show agents who listens to their call.")
    holidays: Path | None = Field(
        default=None,
        description="Table of holidays and make-up days that overrides the built-in one.",
    )
    trunks: list[TrunkSettings] = Field(default_factory=_local_trunk, description="The trunks.")
    numbers: list[NumberSettings] = Field(
        default_factory=list, description="Numbers dialled, with area and urgency."
    )
    pendant_sip_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="Port (UDP, TCP) of pendants' SIP MESSAGEs; 0 takes none.",
    )
    dc09_port: int = Field(
        default=0, ge=0, le=65535, description="Port (TCP, UDP) of SIA DC-09; 0 takes none."
    )
    dc09_key: str = Field(
        default="",
        pattern=r"^(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{48}|[0-9A-Fa-f]{64})?$",
        description="AES key of DC-09 in hexadecimal; with one, only encrypted frames are taken.",
    )
    sms_url: str = Field(
        default="", description="URL (https) of the gateway that sends texts; empty: none."
    )
    sms_key: str = Field(default="hotline", description="Name under which the gateway knows us.")
    sms_secret: str = Field(
        default="",
        validate_default=True,
        description="Secret shared with the gateway; at least 16 characters.",
    )
    sms_ca: Path | None = Field(
        default=None, description="Certificates (PEM) to trust the gateway by; empty: the system's."
    )
    sms_folder: Path | None = Field(
        default=None, description="Write texts into this folder and send none: for trials."
    )
    sms_name: str = Field(
        default="12349民政热线",
        max_length=20,
        description="Name in 【】 before every text; empty when the gateway puts its own.",
    )
    sms_daily_cap: int = Field(default=5, ge=1, le=100, description="Texts to one number a day.")
    sms_most_parts: int = Field(
        default=10, ge=1, le=30, description="Longest text, in messages of 67 characters."
    )
    screen_pop_url: str = Field(
        default="",
        description="URL (https) told when an agent's phone rings (docs/api.md); empty: none.",
    )
    screen_pop_key: str = Field(
        default="hotline", description="Name under which that system knows us."
    )
    screen_pop_secret: str = Field(
        default="",
        validate_default=True,
        description="Secret shared with that system; at least 16 characters.",
    )
    screen_pop_ca: Path | None = Field(
        default=None, description="Certificates (PEM) to trust it by; empty: the system's."
    )
    login_attempts: int = Field(default=5, ge=1, description="Wrong passwords before a lock-out.")
    login_lock_s: int = Field(default=900, ge=1, description="Length of a lock-out (s).")
    session_hours: int = Field(
        default=10, ge=1, description="A console session ends after so long (h)."
    )

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except Exception as error:
            raise ValueError(f"{value} is not an IANA time zone") from error
        return value

    @field_validator("db_url")
    @classmethod
    def _database(cls, value: str) -> str:
        kind = value.partition(":")[0].partition("+")[0]
        if value and (kind not in DATABASES or "://" not in value):
            # The value may hold a password and is not repeated.
            raise ValueError(f"the URL must begin with {' or '.join(f'{d}://' for d in DATABASES)}")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in REDIS_SCHEMES:
            known = " or ".join(f"{scheme}://" for scheme in REDIS_SCHEMES)
            raise ValueError(f"the URL must begin with {known}")
        return value

    @field_validator("agencies")
    @classmethod
    def _agencies(cls, value: dict[str, str]) -> dict[str, str]:
        for name, address in value.items():
            if not re.fullmatch(r"sips?:[^@\s]+@[^\s]+|\+\d{7,15}", address):
                raise ValueError(f"{name} needs a SIP URI or a number in E.164")
        return value

    @field_validator("interconnect_live")
    @classmethod
    def _simulated(cls, value: bool, info: ValidationInfo) -> bool:
        for name, address in info.data.get("agencies", {}).items():
            host = re.split(r"[:;?]", address.rpartition("@")[2])[0]
            if not value and host not in LOOPBACK:
                raise ValueError(f"it must be true to reach {name}, which is not on this machine")
        return value

    @field_validator("desk_phones")
    @classmethod
    def _desk_phones(cls, value: dict[str, str]) -> dict[str, str]:
        for name, address in value.items():
            if not re.fullmatch(r"sips?:[^@\s]+@[^\s]+", address):
                raise ValueError(f"the phone of {name} needs a SIP URI")
        return value

    @field_validator("sms_url", "screen_pop_url")
    @classmethod
    def _gateway(cls, value: str) -> str:
        try:
            url = urlsplit(value)
            at_home = url.hostname in LOOPBACK
            whole = bool(url.hostname) and (url.port or 1) > 0 and value.isascii()
        except ValueError:
            whole = at_home = False
        if value and not (whole and (url.scheme == "https" or (url.scheme == "http" and at_home))):
            raise ValueError("the URL must begin with https:// and a host (http:// at 127.0.0.1)")
        return value

    @field_validator("sms_secret")
    @classmethod
    def _secret(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("sms_url") and len(value) < 16:
            raise ValueError("a gateway needs one of 16 characters or more")
        return value

    @field_validator("screen_pop_secret")
    @classmethod
    def _pop_secret(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("screen_pop_url") and len(value) < 16:
            raise ValueError("a system that is told of calls needs one of 16 characters or more")
        return value

    @field_validator("sms_folder")
    @classmethod
    def _one_way(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is not None and info.data.get("sms_url"):
            raise ValueError("sms_url is set, too; only one of the two can be")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments beat variables beat the TOML file (HOTLINE_CONFIG, else ./hotline.toml)."""
        file = Path(os.environ.get("HOTLINE_CONFIG", "hotline.toml"))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file)

    @property
    def database_url(self) -> str:
        """The database in use."""
        return self.db_url or f"sqlite:///{self.data.resolve()}/hotline.db"

    @property
    def tls_port(self) -> int:
        """The SIP over TLS port in use."""
        return self.sip_tls_port or self.sip_port + 1

    @property
    def kokoro(self) -> Path:
        """The folder of the synthetic voice."""
        return self.voice_folder or _cache("kokoro")

    @property
    def whisper(self) -> Path:
        """The folder of the second reader."""
        return self.second_reader or _cache("whisper")


def _cache(name: str) -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "hotline" / name


def load(**overrides: Any) -> Settings:
    """Read all sources. Raises SettingsError with a sentence that names the wrong setting."""
    _refuse_unknown_variables()
    file = os.environ.get("HOTLINE_CONFIG")
    if file and not Path(file).is_file():
        raise SettingsError(f"HOTLINE_CONFIG names {file}, which is not a file")
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "hotline.toml"
        what = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"setting {name} is wrong: {what}") from error
    except SourceError as error:
        # A list given by a variable that is not JSON.
        raise SettingsError(f"{_in_variable(str(error))} must hold JSON") from error
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file or 'hotline.toml'} cannot be read: {error}") from error


def _in_variable(message: str) -> str:
    named = next((name for name in Settings.model_fields if f'"{name}"' in message), "")
    return f"HOTLINE_{named.upper()}" if named else message


OTHER_VARIABLES = {"HOTLINE_CONFIG", "HOTLINE_SHARED"}


def _refuse_unknown_variables() -> None:
    for name in os.environ:
        if not name.startswith("HOTLINE_") or name in OTHER_VARIABLES:
            continue
        if name.removeprefix("HOTLINE_").lower() not in Settings.model_fields:
            raise SettingsError(f"{name} is not a setting; docs/settings.md lists them")
