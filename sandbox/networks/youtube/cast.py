"""Who is on YouTube when the curtain rises.

Nadia Benali runs two brand channels for her customers; Marek Dvořák has a Google account and no channel.
"""

from sandbox.networks._google.cast import CAMILLE, NADIA, RUTH, TOM
from sandbox.networks.youtube.state import Channel, Playlist

OPENED = 1_420_070_400.0  # 2015-01-01

CHANNELS = (
    Channel(
        id="UChartleyandrye000000001",
        title="Hartley & Rye",
        handle="@hartleyandrye",
        description="Bread, slowly. Fourteen bakeries from Bristol to Bath.",
        owner=NADIA,
        created_at=OPENED,
        subscribers=18_400,
    ),
    Channel(
        id="UCcorriecycles0000000002",
        title="Corrie Cycles",
        handle="@corriecycles",
        description="We mend what others replace. Edinburgh.",
        owner=NADIA,
        created_at=OPENED + 77_000_000,
        subscribers=912,
        long_uploads="eligible",
    ),
    Channel(
        id="UCruthhartley00000000003",
        title="Ruth Hartley",
        handle="@ruthhartley",
        description="A baker's kitchen at home.",
        owner=RUTH,
        created_at=OPENED + 90_000_000,
        subscribers=311,
        hidden_subscribers=True,
    ),
    Channel(
        id="UCtidewatermuseum0000004",
        title="Tidewater Museum",
        handle="@tidewatermuseum",
        description="The harbour and the people who worked it. Open every day but Monday.",
        owner=TOM,
        created_at=OPENED + 31_000_000,
        subscribers=40_120,
    ),
    Channel(
        id="UCfournillambert00000005",
        title="Fournil Lambert",
        handle="@fournillambert",
        description="Boulangerie à Lyon depuis 1931. Pain au levain, farines de la région.",
        owner=CAMILLE,
        created_at=OPENED + 12_000_000,
        country="FR",
        subscribers=6_240,
        language="fr",
    ),
)

PLAYLISTS = (
    Playlist(
        id="PLhartleyandrye-from-the-oven-0001",
        channel_id="UChartleyandrye000000001",
        title="From the oven",
        description="",
        privacy="public",
        created_at=OPENED + 100_000,
    ),
    Playlist(
        id="PLhartleyandrye-behind-scenes-0002",
        channel_id="UChartleyandrye000000001",
        title="Behind the scenes",
        description="",
        privacy="unlisted",
        created_at=OPENED + 200_000,
    ),
    Playlist(
        id="PLfournillambert-au-levain-000003",
        channel_id="UCfournillambert00000005",
        title="Au levain",
        description="",
        privacy="public",
        created_at=OPENED + 300_000,
    ),
)

# As videoCategories.list has them for most countries; those that nobody may choose are marked so.
CATEGORIES: dict[str, tuple[str, bool]] = {
    "1": ("Film & Animation", True),
    "2": ("Autos & Vehicles", True),
    "10": ("Music", True),
    "15": ("Pets & Animals", True),
    "17": ("Sports", True),
    "18": ("Short Movies", False),
    "19": ("Travel & Events", True),
    "20": ("Gaming", True),
    "21": ("Videoblogging", False),
    "22": ("People & Blogs", True),
    "23": ("Comedy", True),
    "24": ("Entertainment", True),
    "25": ("News & Politics", True),
    "26": ("Howto & Style", True),
    "27": ("Education", True),
    "28": ("Science & Technology", True),
    "30": ("Movies", False),
    "43": ("Shows", False),
    "44": ("Trailers", False),
}
