"""[privacy]: how long people are known."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from paldies.settings.values import Section, Span


class Privacy(Section):
    """Since when nothing was heard of somebody."""

    keep_customers: Annotated[Span, Field(ge=timedelta(days=90))] = timedelta(days=1095)
