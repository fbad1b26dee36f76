"""The same mails as one would send them at first: an APScheduler job each, EmailMessage, one connection.

Usage: python naive.py FOLDER MAILS.jsonl PORT; prints its figures as JSON.
"""

import json
import resource
import smtplib
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from letter import letter

_mails: list[dict[str, str]] = []
_connection = smtplib.SMTP()
_left = threading.Semaphore(0)


def send(number: int) -> None:
    _connection.send_message(letter(_mails[number]))
    _left.release()


def main(folder: Path, mails: Path, port: int) -> dict[str, float]:
    """Those in the database are due when the scheduler goes on."""
    _mails.extend(json.loads(line) for line in mails.read_text(encoding="utf-8").splitlines())
    _connection.connect("127.0.0.1", port)
    scheduler = BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(url=f"sqlite:///{folder / 'jobs.db'}")},
        executors={"default": ThreadPoolExecutor(1)},
        job_defaults={"misfire_grace_time": None},
    )
    scheduler.start(paused=True)
    now = datetime.now(UTC)
    for number in range(len(_mails)):
        scheduler.add_job(send, "date", run_date=now, args=[number])
    busy = time.process_time()
    scheduler.resume()
    for _ in _mails:
        _left.acquire()
    ended, busy = time.monotonic(), time.process_time() - busy
    scheduler.shutdown()
    return {
        "ended": ended,
        "work": busy,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    import naive  # jobs are found again by the module's name, and this one is called __main__

    print(json.dumps(naive.main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))))
