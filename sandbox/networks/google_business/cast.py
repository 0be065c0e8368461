"""Which profiles there are when the curtain rises, and who manages them.

Nadia's agency has a group with its clients' profiles; Camille has one bakery of her own; Tom's museum is not verified
yet; Marek's shop is suspended. Owen Pryce has two hundred shops, in five groups.
"""

from collections.abc import Iterator

from sandbox.networks._google.cast import CAMILLE, MAREK, NADIA, OWEN, RUTH, TOM
from sandbox.networks.google_business.state import Account, Location

ACCOUNTS = (
    Account(id="1060000000000000001", name="Nadia Benali", type="PERSONAL", roles={NADIA: "PRIMARY_OWNER"}),
    Account(
        id="1060000000000000002",
        name="Atelier Sémaphore",
        type="LOCATION_GROUP",
        roles={NADIA: "OWNER", MAREK: "SITE_MANAGER"},
    ),
    Account(id="1060000000000000003", name="Ruth Hartley", type="PERSONAL", roles={RUTH: "PRIMARY_OWNER"}),
    Account(
        id="1060000000000000004",
        name="Hartley & Rye",
        type="LOCATION_GROUP",
        roles={RUTH: "PRIMARY_OWNER", NADIA: "MANAGER"},
    ),
    Account(id="1060000000000000005", name="Tom Whitlock", type="PERSONAL", roles={TOM: "PRIMARY_OWNER"}),
    Account(id="1060000000000000006", name="Camille Fontaine", type="PERSONAL", roles={CAMILLE: "PRIMARY_OWNER"}),
    Account(id="1060000000000000007", name="Marek Dvořák", type="PERSONAL", roles={MAREK: "PRIMARY_OWNER"}),
    Account(id="1060000000000000010", name="Owen Pryce", type="PERSONAL", roles={OWEN: "PRIMARY_OWNER"}),
    *(
        Account(
            id=f"106000000000000001{number}",
            name=f"Pryce Opticians {region}",
            type="LOCATION_GROUP",
            roles={OWEN: "OWNER"},
        )
        for number, region in enumerate(("North", "South", "East", "West"), start=1)
    ),
)
SEMAPHORE, HARTLEY_GROUP = ACCOUNTS[1].id, ACCOUNTS[3].id
TOMS, CAMILLES, MAREKS, OWENS = (ACCOUNTS[index].id for index in (4, 5, 6, 7))
REGIONS = tuple(account.id for account in ACCOUNTS[8:])

_BREAD = "Bread, slowly. Fourteen bakeries from Bristol to Bath."

LOCATIONS = (
    Location(
        id="2060000000000000101",
        account_ids=[HARTLEY_GROUP, SEMAPHORE],
        title="Hartley & Rye",
        category="Bakery",
        about=_BREAD,
        locality="Bristol",
        postal_code="BS1 4DJ",
        street="12 Corn Street",
        region="GB",
        phone="+44 117 496 0101",
        website="https://hartleyandrye.example",
        store_code="HR-BRS",
    ),
    Location(
        id="2060000000000000102",
        account_ids=[HARTLEY_GROUP],
        title="Hartley & Rye",
        category="Bakery",
        about=_BREAD,
        locality="Bath",
        postal_code="BA1 1LN",
        street="3 Cheap Street",
        region="GB",
        phone="+44 1225 496 0102",
        website="https://hartleyandrye.example",
        store_code="HR-BTH",
    ),
    Location(
        id="2060000000000000103",
        account_ids=[CAMILLES, SEMAPHORE],
        title="Fournil Lambert",
        category="Boulangerie",
        about="Boulangerie à Lyon depuis 1931. Pain au levain, farines de la région.",
        locality="Lyon",
        postal_code="69005",
        street="8 rue Saint-Jean",
        region="FR",
        phone="+33 4 65 71 01 03",
        language="fr",
    ),
    Location(
        id="2060000000000000104",
        account_ids=[TOMS],
        title="Tidewater Museum",
        category="Museum",
        about="The harbour and the people who worked it.",
        locality="Plymouth",
        postal_code="PL1 2AF",
        street="1 Quay Road",
        region="GB",
        phone="+44 1752 496 104",
        standing="unverified",
    ),
    Location(
        id="2060000000000000105",
        account_ids=[MAREKS, SEMAPHORE],
        title="Corrie Cycles",
        category="Bicycle repair shop",
        about="We mend what others replace.",
        locality="Edinburgh",
        postal_code="EH1 1BB",
        street="44 Blackfriars Street",
        region="GB",
        phone="+44 131 496 0105",
        standing="suspended",
    ),
)
_TOWNS = (
    "Cardiff", "Swansea", "Newport", "Leeds", "York", "Hull", "Derby", "Lincoln", "Norwich", "Ipswich",
    "Exeter", "Truro", "Taunton", "Poole", "Reading", "Luton", "Oxford", "Woking", "Chester", "Wigan",
)  # fmt: skip
CHAIN = 200


def chain() -> Iterator[Location]:
    """Owen's two hundred shops: every fifth stands in his own account, the others in the regions' groups."""
    for number in range(CHAIN):
        town = _TOWNS[number % len(_TOWNS)]
        yield Location(
            id=str(2060000000000001000 + number),
            account_ids=[OWENS if number % 5 == 0 else REGIONS[number % len(REGIONS)]],
            title="Pryce Opticians",
            category="Optician",
            about="Eye tests and glasses.",
            locality=town,
            postal_code=f"{town[:2].upper()}{number // len(_TOWNS) + 1} {number % 9 + 1}PO",
            street=f"{number // len(_TOWNS) + 1} High Street",
            region="GB",
            phone=f"+44 1632 96{number:04d}",
            store_code=f"PO-{number:03d}",
        )
