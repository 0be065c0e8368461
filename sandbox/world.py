"""Everything one running sandbox knows."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.apps import Apps, registered_apps
from sandbox.calls import CallLog
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.media import MediaFolder
from sandbox.store import Journal, R, Table
from sandbox.webhooks.courier import Courier, Parcel
from sandbox.webhooks.switches import Switches


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What can be switched for a run: benchmarks take the networks' brakes off and count for themselves."""

    rate_limits: bool = True
    duplicate_protection: bool = True
    credits: float | None = None  # X: US dollars left; None means no end
    id: str = "settings"
    replies_count_as_summons: bool = True  # X: whether a stranger's reply to our post lets us answer (nobody knows)
    enterprise: bool = False  # X: likes and unsolicited replies, which self-serve apps may not
    google_testing: bool = False  # Google: the consent screen's status is "Testing", grants end after seven days
    linkedin_admins_delete: bool = False  # LinkedIn: whether a page may delete others' comments (nobody knows)
    google_business_approved: bool = True  # whether Google let the project in: without it its quota is 0
    google_moderation_seconds: float = 3.0  # Google Business: how long a post or an answer is judged
    google_rejects: bool = False  # Google Business: whatever is judged is refused
    google_notification_dialect: str = "v4"  # v4 (reviewName) or v1 (review_name)
    facebook_film_seconds: float = 2.0  # how long Facebook works on a film before it is ready
    instagram_film_seconds: float = 2.0  # how long Instagram looks at a film before it can be published
    instagram_told_by: str = "page"  # which subscription brings Instagram's webhooks: the page's, or the account's own


@dataclass(kw_only=True)
class World:
    """State shared by the twins, and what stands beside it."""

    folder: Path | None = None
    apps: Apps = field(default_factory=registered_apps)
    clock: Clock = field(default_factory=Clock)
    faults: Faults = field(default_factory=Faults)
    calls: CallLog = field(default_factory=CallLog)
    settings: Settings = field(default_factory=Settings)  # the last row of its table, at hand
    journal: Journal = field(init=False)
    media: MediaFolder = field(init=False)
    courier: Courier = field(init=False)
    _tables: dict[str, Table[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
        self.journal = Journal(self.folder)
        self.media = MediaFolder(self.folder)
        self._settings = self.table("settings", Settings)
        self.courier = Courier(
            clock=self.clock,
            parcels=self.table("webhooks.parcels", Parcel),
            stored_switches=self.table("webhooks.switches", Switches),
        )

    def table(self, name: str, row: type[R], **grouping: Any) -> Table[R]:
        """Register a table, so that the journal finds it."""
        table = Table(name, row, self.journal, **grouping)
        self._tables[name] = table
        return table

    def change_settings(self, settings: Settings) -> None:
        """Switch for this process and those after it."""
        self.settings = self._settings.put(settings)

    def restore(self) -> None:
        """Take up what an earlier process left; rows of tables this version does not know are dropped."""
        for line in self.journal.read():
            if (table := self._tables.get(line["t"])) is not None:  # an empty table is false
                table.restore(line)
        self.settings = self._settings.find("settings") or self.settings
        self.courier.restore()
        self.journal.rewrite(list(self._tables.values()))

    def clear(self) -> None:
        """Forget everything, as on the first start."""
        for table in self._tables.values():
            table.clear()
        self.faults.clear()
        self.calls.clear()
        self.clock.reset()
        self.media.clear()
        self.courier.clear()
        self.settings = Settings()
        self.journal.rewrite(list(self._tables.values()))

    def close(self) -> None:
        self.journal.close()
        self.media.close()
