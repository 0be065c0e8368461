"""The professional accounts, each on a page of Facebook's cast. One page, Hartley & Rye Kitchen, has none."""

from sandbox.networks.instagram.state import Account

ACCOUNTS = (
    Account(
        id="17841400000000101",
        page_id="102600000000101",
        username="hartleyandrye",
        name="Hartley & Rye",
        biography="Bread, slowly. Fourteen bakeries from Bristol to Bath.",
        followers=18_240,
        follows=311,
        impressions=5400,
    ),
    Account(
        id="17841400000000102",
        page_id="102600000000102",
        username="fournillambert",
        name="Fournil Lambert",
        biography="Boulangerie à Lyon depuis 1931. Pain au levain, farines de la région.",
        followers=6120,
        follows=540,
        impressions=1900,
        language="fr",
    ),
    Account(
        id="17841400000000103",
        page_id="102600000000103",
        username="tidewatermuseum",
        name="Tidewater Museum",
        biography="The harbour and the people who worked it.",
        followers=41_300,
        follows=120,
        impressions=12_800,
    ),
    Account(
        id="17841400000000104",
        page_id="102600000000104",
        username="corriecycles",
        name="Corrie Cycles",
        biography="We mend what others replace. Edinburgh.",
        followers=87,
        follows=64,
        impressions=1,
    ),
)
