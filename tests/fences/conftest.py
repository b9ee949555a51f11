"""What several fences stand on."""

import logging
from collections.abc import Iterator

import pytest

from portal.demo.cast import Cast
from tests.fences.matrix.stage import Stage, build


@pytest.fixture
def stage(cast: Cast) -> Iterator[Stage]:
    """The cast, the people it lacks, and one object of each kind; without a log of thousands of refusals."""
    logging.disable(logging.CRITICAL)
    yield build(cast)
    logging.disable(logging.NOTSET)
