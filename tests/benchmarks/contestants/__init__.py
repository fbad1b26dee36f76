"""Who takes part: paldies, what others use, and what is possible at all."""

from tests.benchmarks.contestants.celery import Celery
from tests.benchmarks.contestants.course import Contestant
from tests.benchmarks.contestants.naive import Naive
from tests.benchmarks.contestants.nodemailer import Nodemailer
from tests.benchmarks.contestants.ours import Ours
from tests.benchmarks.contestants.post_office import PostOffice
from tests.benchmarks.contestants.smtp_source import SmtpSource

ON_SQLITE = "paldies, SQLite"
ON_POSTGRESQL = "paldies, PostgreSQL"
ON_TWO = "paldies, PostgreSQL, two processes"
LIMIT, NODE, DJANGO, CELERY, NAIVE = (
    each.name for each in (SmtpSource(), Nodemailer(), PostOffice(), Celery(), Naive())
)


def everybody() -> list[Contestant]:
    return [
        Ours(ON_SQLITE),
        SmtpSource(),
        Ours(ON_POSTGRESQL, is_shared=True, share=0.5),
        Nodemailer(),
        Ours(ON_TWO, is_shared=True, processes=2, share=0.5),
        PostOffice(),
        Celery(),
        Naive(),
    ]
