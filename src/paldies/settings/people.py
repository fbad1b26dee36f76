"""[staff] and [web]: who is told, and where everybody is received."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, field_validator

from paldies.replies.duty import Colleague
from paldies.settings.values import Section, Span


def _somebody(text: str) -> str:
    Colleague.read(text)
    return text


class Member(Section):
    """[[staff.members]]: somebody who works at the desk."""

    name: Annotated[str, Field(pattern=r"^\w[\w.-]*$")]  # "anna": as they are called on the command line
    email: str = ""
    role: Literal["staff", "admin"] = (
        "staff"  # an admin also takes out and forgets what is known of customers
    )


class Staff(Section):
    """[staff]"""

    email: str = ""
    on_duty: tuple[Annotated[str, AfterValidator(_somebody)], ...] = ()  # who is told of complaints, in turn
    answer_within: Annotated[Span, Field(gt=timedelta(0), le=timedelta(days=7))] = timedelta(hours=4)
    escalate_after: Annotated[Span, Field(ge=timedelta(minutes=5))] = timedelta(hours=2)
    notify: tuple[SecretStr, ...] = ()  # Apprise URLs, for what is mailed to staff
    members: tuple[Member, ...] = ()  # empty: whoever may type `paldies desk link` is an admin

    @field_validator("members")
    @classmethod
    def _each_once(cls, members: tuple[Member, ...]) -> tuple[Member, ...]:
        names = [member.name for member in members]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(
                f"two members are called {', '.join(twice)}: every one needs a name of their own"
            )
        return members

    def member(self, name: str) -> Member | None:
        """None if nobody of that name may sit at the desk."""
        if not self.members:
            return Member(name=name, email=self.email, role="admin")
        return next((member for member in self.members if member.name == name), None)


class Web(Section):
    """[web]: the pages that messages link to, as seen from the proxy in front of them."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8025  # 0: no pages
    metrics_token: SecretStr = SecretStr("")  # empty: /metrics is for whoever reaches it, as /health is
