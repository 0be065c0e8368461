import pytest
from django.urls import reverse, set_script_prefix

from lib.addresses import address_of


@pytest.mark.parametrize("slug", ["acme", "987654321098765"])
def test_an_address_is_what_reverse_gives(slug: str) -> None:
    for number in (7, 42):
        assert address_of("scheduler:edit", slug, number) == reverse("scheduler:edit", args=[slug, number])


def test_an_address_stands_below_where_the_product_is_mounted() -> None:
    plain = address_of("scheduler:publication", "acme", 7)
    set_script_prefix("/portevoix/")
    try:
        assert address_of("scheduler:publication", "acme", 7) == f"/portevoix{plain}"
    finally:
        set_script_prefix("/")
