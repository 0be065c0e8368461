"""Who is on X when the curtain rises."""

from sandbox.networks.x.state import User

OPENED = 1_420_070_400.0  # 2015-01-01

USERS = (
    User(
        id="1420000000000000101",
        username="hartleyandrye",
        name="Hartley & Rye",
        description="Bread, slowly. Fourteen bakeries from Bristol to Bath.",
        followers=6702,
        created_at=OPENED,
        verified_type="business",
        opening_posts=1184,
    ),
    User(
        id="1420000000000000102",
        username="fournillambert",
        name="Fournil Lambert",
        description="Boulangerie à Lyon depuis 1931. Pain au levain, farines de la région.",
        followers=1893,
        created_at=OPENED + 9_000_000,
        opening_posts=412,
        language="fr",
    ),
    User(
        id="1420000000000000103",
        username="tidewatermuseum",
        name="Tidewater Museum",
        description="The harbour and the people who worked it. Open every day but Monday.",
        followers=12_040,
        created_at=OPENED + 31_000_000,
        premium=True,
        verified_type="blue",
        opening_posts=3021,
    ),
    User(
        id="1420000000000000104",
        username="corriecycles",
        name="Corrie Cycles",
        description="We mend what others replace. Edinburgh.",
        followers=934,
        created_at=OPENED + 77_000_000,
        opening_posts=268,
    ),
    User(
        id="1420000000000000105",
        username="camille_fontaine",
        name="Camille Fontaine",
        description="Cyclist, baker's daughter, Lyon.",
        followers=211,
        created_at=OPENED + 120_000_000,
        opening_posts=96,
        language="fr",
    ),
)
