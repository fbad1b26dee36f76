"""Our own pages as Jinja2 templates: everything escaped, and nothing missing unnoticed."""

from jinja2 import Environment, PackageLoader, StrictUndefined


def pages_in(package: str, folder: str = "looks") -> Environment:
    """They come with paldies and never change while it runs."""
    return Environment(
        loader=PackageLoader(package, folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
