"""[paldies]: what holds for the whole house."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from paldies.settings.values import DatabaseUrl, PublicUrl, Section, Span, Zone


class Main(Section):
    mode: Literal["rehearsal", "live"] = "rehearsal"
    database: Annotated[DatabaseUrl, Field(repr=False)] = "sqlite:///paldies.db"
    state_dir: Path = Path(".paldies")
    templates: Path = Path("message_templates")
    public_url: PublicUrl = ""
    time_zone: Zone = "UTC"
    locale: str = "en"
    country: Annotated[str, Field(pattern="^([A-Z]{2})?$")] = ""  # of telephone numbers without one
    send_only_to: tuple[str, ...] = ()
    soft_opt_in: bool = True
    autopublish: bool = True  # of texts: what passes its checks is live
    keep_texts: Annotated[Span, Field(ge=timedelta(days=30))] = timedelta(days=400)
    stop_timeout: Span = timedelta(seconds=25)
