"""Who is on Facebook when the curtain rises.

Nadia works for an agency and runs several pages; Hartley & Rye has two people; Marek may look at the museum's page
but not post.
"""

from sandbox.networks.facebook.state import TASKS, Business, Page, Person

PERSONS = (
    Person(id="10150000000000001", name="Nadia Benali", email="nadia.benali@atelier-semaphore.example"),
    Person(id="10150000000000002", name="Ruth Hartley", email="ruth@hartleyandrye.example"),
    Person(id="10150000000000003", name="Tom Whitlock", email="tom.whitlock@tidewater.example"),
    Person(id="10150000000000004", name="Camille Fontaine", email="camille@fournil-lambert.example"),
    Person(id="10150000000000005", name="Marek Dvořák", email="marek.dvorak@atelier-semaphore.example"),
)
NADIA, RUTH, TOM, CAMILLE, MAREK = (person.id for person in PERSONS)

EVERYTHING = list(TASKS)
CONTENT = ["CREATE_CONTENT", "MODERATE", "MESSAGING", "ANALYZE"]

PAGES = (
    Page(
        id="102600000000101",
        name="Hartley & Rye",
        username="hartleyandrye",
        category="Bakery",
        about="Bread, slowly. Fourteen bakeries from Bristol to Bath.",
        followers=11_480,
        engaged_users=860,
        roles={NADIA: CONTENT, RUTH: EVERYTHING},
    ),
    Page(
        id="102600000000102",
        name="Fournil Lambert",
        username="fournillambert",
        category="Bakery",
        about="Boulangerie à Lyon depuis 1931. Pain au levain, farines de la région.",
        followers=3204,
        engaged_users=240,
        roles={NADIA: EVERYTHING, CAMILLE: EVERYTHING},
        language="fr",
    ),
    Page(
        id="102600000000103",
        name="Tidewater Museum",
        username="tidewatermuseum",
        category="History Museum",
        about="The harbour and the people who worked it. Open every day but Monday.",
        followers=27_915,
        engaged_users=1450,
        roles={TOM: EVERYTHING, MAREK: ["ANALYZE"]},
    ),
    Page(
        id="102600000000104",
        name="Corrie Cycles",
        username="corriecycles",
        category="Bicycle Repair Service",
        about="We mend what others replace. Edinburgh.",
        followers=1102,
        engaged_users=1,
        roles={NADIA: EVERYTHING, MAREK: CONTENT},
    ),
    Page(
        id="102600000000105",
        name="Hartley & Rye Kitchen",
        username="hartleyandryekitchen",
        category="Cooking School",
        about="What becomes of the bread: recipes, classes, and the people of the ovens.",
        followers=4310,
        engaged_users=305,
        roles={NADIA: CONTENT, RUTH: EVERYTHING},
    ),
)

# The agency's portfolio: it owns nothing and looks after two clients, one of whom Nadia has no need to tick.
BUSINESSES = (
    Business(
        id="203700000000001",
        name="Atelier Sémaphore",
        people=[NADIA, MAREK],
        owned=[],
        client=["102600000000104", "102600000000105"],
    ),
    Business(
        id="203700000000002", name="Hartley & Rye Ltd", people=[RUTH, NADIA], owned=["102600000000101"], client=[]
    ),
)
