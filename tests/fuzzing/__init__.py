"""What is fuzzed: each target takes bytes and may end in the program's own errors alone.

The tests try a few hundred inputs of each and all that once broke something (``tests/corpora``);
``scripts/fuzz.py`` tries as many as there is time for, with memory and time measured.
"""

from fuzzing import pages, readers, requests, runs
from fuzzing.target import Target

TARGETS: dict[str, Target] = {
    target.name: target for target in (*readers.TARGETS, *runs.TARGETS, *requests.TARGETS, *pages.TARGETS)
}
