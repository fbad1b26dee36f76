"""How Twilio says no."""

from typing import Any

_MESSAGES = {
    20001: "Invalid parameter",
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "Internal Server Error",
    20503: "Service Unavailable",
    21201: "No 'To' number is specified",
    21205: "Url parameter is required",
    21210: "The source phone number provided is not yet verified for your account",
    21211: "The 'To' number is not a valid phone number",
    21212: "The 'From' number is not a valid phone number",
    21213: "No 'From' number is specified",
    21216: "Account not allowed to call the number",
    21217: "Phone number does not appear to be valid",
    21220: "Call is not in-progress. Cannot redirect.",
    21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number",
    21602: "Message body is required",
    21603: "A 'From' phone number is required",
    21604: "A 'To' phone number is required",
    21606: "The 'From' phone number is not a valid, SMS-capable number of your account",
    21609: "The 'StatusCallback' URL is not a valid URL",
    21610: "Attempt to send to unsubscribed recipient",
    21614: "'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21626: "The 'StatusCallback' URL is not a valid URL",
}
_STATUSES = {20003: 401, 20404: 404, 20429: 429, 20500: 500, 20503: 503}


class Refusal(Exception):
    """One answer that is not what was asked for; `about` says what is wrong with this very request."""

    def __init__(self, code: int, about: str = "") -> None:
        super().__init__(code, about)
        self.code = code
        self.about = about

    @property
    def status(self) -> int:
        """HTTP's."""
        return _STATUSES.get(self.code, 400)

    @property
    def body(self) -> dict[str, Any]:
        message = _MESSAGES.get(self.code, "The request cannot be carried out")
        return {
            "code": self.code,
            "message": f"{message}: {self.about}" if self.about else message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
