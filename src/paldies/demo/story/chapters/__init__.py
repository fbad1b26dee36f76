"""The parts of the month that are not left to chance."""

from paldies.demo.story.chapters.answers import ANSWERS
from paldies.demo.story.chapters.calls import CALLS
from paldies.demo.story.chapters.letters import LETTERS
from paldies.demo.story.chapters.tasks import TASKS

CHAPTERS = LETTERS + CALLS + TASKS + ANSWERS
