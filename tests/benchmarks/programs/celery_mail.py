"""The same mails through Celery: a task each, which keeps its connection to the mail server.

Usage: python celery_mail.py MAILS.jsonl queues them; `celery -A celery_mail worker` sends them.
The addresses of broker and mail server are in BROKER and SMTP_PORT.
"""

import json
import os
import smtplib
import sys
from pathlib import Path

from celery import Celery
from letter import letter

app = Celery("celery_mail", broker=os.environ["BROKER"])
app.conf.task_ignore_result = True
_connection: smtplib.SMTP | None = None  # of this worker process


@app.task
def send(mail: dict[str, str]) -> None:
    global _connection
    if _connection is None:
        _connection = smtplib.SMTP("127.0.0.1", int(os.environ["SMTP_PORT"]))
    _connection.send_message(letter(mail))


def main(mails: Path) -> None:
    with mails.open(encoding="utf-8") as lines:
        for line in lines:
            send.delay(json.loads(line))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
