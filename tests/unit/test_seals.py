"""Seals and marks are the standard's own, so that anybody may check them."""

import hmac
from base64 import b32decode

import pytest

from paldies.outbox.links import Links
from paldies.outbox.marks import mark
from paldies.store.seals import sealed

LARGEST = 2**48 - 1


@pytest.mark.parametrize("secret", [b"s", b"s" * 32, b"s" * 64, b"s" * 65], ids=len)
def test_a_seal_is_what_rfc_2104_says_it_is(secret: bytes) -> None:
    seals = [sealed(text, secret) for text in (b"", b"seven", b"seven", b"x" * 1000)]

    assert seals == [hmac.digest(secret, text, "sha256") for text in (b"", b"seven", b"seven", b"x" * 1000)]


@pytest.mark.parametrize("message_id", [1, 7, 10_427, LARGEST])
def test_a_mark_is_the_message_s_number_and_a_seal_in_base_32(message_id: int) -> None:
    raw = b32decode(mark(message_id, Links("", b"secret")).upper() + "======")

    assert int.from_bytes(raw[:6]) == message_id
    assert raw[6:] == hmac.digest(b"secret", b"returned" + raw[:6], "sha256")[:10]
