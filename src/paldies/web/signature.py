"""Whether it is really Twilio that rings back."""

from collections.abc import Mapping

from starlette.datastructures import FormData
from twilio.request_validator import (
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)


def is_signed(url: str, form: FormData, headers: Mapping[str, str], *, auth_token: str) -> bool:
    """`url` is the public one, as we gave it to Twilio, with its query.

    https://www.twilio.com/docs/usage/security. Without a token everybody could sign, so nobody is believed.
    """
    signature = headers.get(SIGNATURE_HEADER, "")
    if (
        not auth_token
        or not signature.isascii()
        or any(not isinstance(value, str) for value in form.values())
    ):
        return False  # the validator would stumble over some of these
    algorithm = get_signature_algorithm(headers.get(SIGNATURE_SETTINGS_HEADER, ""))
    return bool(RequestValidator(auth_token).validate(url, form, signature, algorithm=algorithm))
