"""What a process does once all is loaded."""

import gc

from config.process import settle_in


def test_what_is_loaded_is_taken_out_of_the_collectors_rounds() -> None:
    before = gc.get_freeze_count()
    try:
        settle_in()
        assert gc.get_freeze_count() > before
    finally:
        gc.unfreeze()
