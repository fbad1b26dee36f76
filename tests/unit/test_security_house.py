"""What a machine can check of the whole house: certificates are verified, secrets compared slowly enough."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import paldies

HOUSE = Path(paldies.__file__).parent
MODULES = [path for path in HOUSE.rglob("*.py") if not path.is_relative_to(HOUSE / "demo")]
_SECRET = re.compile(r"(?:^|_)(?:seal|secret|token|password|digest|hmac|mac)$")


@cache
def house() -> list[tuple[str, ast.AST]]:
    """Every piece of every module that matters here, and where it stands."""
    return [
        (str(path.relative_to(HOUSE)), node)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.keyword | ast.Attribute | ast.Compare | ast.Call)
    ]


def found(kind: type[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    return ((where, node) for where, node in house() if isinstance(node, kind))


def test_every_certificate_is_verified() -> None:
    careless = [
        where
        for where, node in found(ast.keyword)
        if isinstance(node, ast.keyword)
        and node.arg in ("verify", "verify_ssl", "check_hostname", "ssl_verify")
        and isinstance(node.value, ast.Constant)
        and not node.value.value
    ]
    lax = {
        where
        for where, node in found(ast.Attribute)
        if isinstance(node, ast.Attribute)
        and node.attr in ("CERT_NONE", "CERT_OPTIONAL", "_create_unverified_context")
    }

    assert not careless
    assert lax == {"channels/email/connection.py"}  # to a mail server on this machine only


def test_secrets_are_compared_in_constant_time() -> None:
    hasty = []
    for where, node in found(ast.Compare):
        assert isinstance(node, ast.Compare)
        if any(isinstance(operator, ast.Eq | ast.NotEq) for operator in node.ops):
            named = [
                part for part in (node.left, *node.comparators) if isinstance(part, ast.Name | ast.Attribute)
            ]
            words = [part.id if isinstance(part, ast.Name) else part.attr for part in named]
            hasty += [f"{where}:{node.lineno}" for word in words if _SECRET.search(word)]

    assert not hasty


def test_nothing_of_the_house_runs_what_it_was_given() -> None:
    names = {
        (where, ast.unparse(node.func))
        for where, node in found(ast.Call)
        if isinstance(node, ast.Call)
        and re.fullmatch(r"eval|exec|os\.system|marshal\.loads?|yaml\.load", ast.unparse(node.func))
    }
    shells = [
        where for where, node in found(ast.keyword) if isinstance(node, ast.keyword) and node.arg == "shell"
    ]

    assert not names
    assert not shells
