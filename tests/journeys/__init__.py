"""The walks through the house, as the people would go: in a browser, over REST, through the queue."""

import pytest

# A helper's assertion shows its values, like a test's.
pytest.register_assert_rewrite("tests.journeys.pages")
