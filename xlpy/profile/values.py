"""What a profile holds: one Manage site and one SL company with their rules, as frozen values. No reading here."""

from __future__ import annotations

from dataclasses import dataclass, field

from xlpy.domain.values.rules import MasterRules, PostingRules


@dataclass(frozen=True, slots=True)
class ManageSettings:
    """How to reach the Manage site. ``url``: what the user types (a host), or a whole address for an own server."""

    url: str = ""
    company: str = ""
    client_id: str = ""
    public_key: str = ""
    member: str = ""  # for member impersonation instead of an API key
    integrator: str = ""
    api_version: str = "2025.8"
    codebase: str = ""  # empty: looked up
    connect_timeout: float = 30
    read_timeout: float = 60
    export_timeout: float = 300
    ca_bundle: str = ""
    export_chunk: int = 100
    time_zone: str = ""  # IANA name; empty: what Manage tells of itself
    record_url: str = ""  # pattern of the address that opens a record; empty: the usual one


@dataclass(frozen=True, slots=True)
class SlSettings:
    """How to reach the SL company. ``url``: a SQLAlchemy URL or an ODBC connection string."""

    url: str = ""
    company: str = ""  # CpnyID
    user: str = ""  # SL user id, for Crtd_User and the rights check
    code_page: str = ""  # empty: read from the database's collation
    lock_seconds: int = 10


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What is the firm's own. ``rules``: the file of its rules; ``load_profile`` makes the whole path of its name."""

    rules: str = ""


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """The morning report. ``folder``: where it is written; empty: the folder of the command."""

    folder: str = ""
    waits_days: int = 7  # what is unposted for longer is listed as waiting
    sync_payments: bool = False  # whether payments are written into Manage; else they are only compared


@dataclass(frozen=True, slots=True)
class Profile:
    """All settings of one Manage site and one SL company."""

    name: str = "default"
    manage: ManageSettings = field(default_factory=ManageSettings)
    sl: SlSettings = field(default_factory=SlSettings)
    posting: PostingRules = field(default_factory=PostingRules)
    masters: MasterRules = field(default_factory=MasterRules)
    site: SiteSettings = field(default_factory=SiteSettings)
    watch: WatchSettings = field(default_factory=WatchSettings)

    @property
    def manage_host(self) -> str:
        """Host and port of the Manage site: what the posting ledger remembers."""
        return self.manage.url.removeprefix("https://").removeprefix("http://").split("/")[0].lower()
