"""The same mails through django-post_office: queued in SQLite, then sent as `send_queued_mail` does it.

Usage: python post_office_batch.py FOLDER MAILS.jsonl PORT; prints its figures as JSON.
"""

import json
import resource
import sys
import time
from email.utils import formataddr
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

THREADS = 5  # as it comes


def configure(folder: Path, port: int) -> None:
    settings.configure(
        SECRET_KEY="benchmark",
        INSTALLED_APPS=["django.contrib.contenttypes", "post_office"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "post_office.db"}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        EMAIL_BACKEND="post_office.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        POST_OFFICE={
            "BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"},
            "BATCH_SIZE": 100_000,
            "THREADS_PER_PROCESS": THREADS,
        },
        USE_TZ=True,
    )
    django.setup()
    call_command("migrate", verbosity=0)


def main(folder: Path, mails: Path, port: int) -> dict[str, float]:
    configure(folder, port)
    from post_office import mail
    from post_office.models import Email

    with mails.open(encoding="utf-8") as lines:
        Email.objects.bulk_create(
            mail.create(
                sender=one["from"],
                recipients=[formataddr((one["to_name"], one["to"]))],
                subject=one["subject"],
                message=one["text"],
                html_message=one["html"],
                priority="medium",
                commit=False,
            )
            for one in map(json.loads, lines)
        )
    busy = time.process_time()
    while mail.send_queued()[0]:
        pass
    return {
        "ended": time.monotonic(),
        "work": time.process_time() - busy,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))))
