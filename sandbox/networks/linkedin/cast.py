"""Who is on LinkedIn when the curtain rises.

Nadia works for an agency and administers several pages; Marek may look at the museum's figures but not post; Camille
administers her family's bakery.
"""

from sandbox.networks.linkedin.state import ADMINISTRATOR, ANALYST, CONTENT_ADMINISTRATOR, Member, Organization

MEMBERS = (
    Member(id="nB7dQ2xT1a", given_name="Nadia", family_name="Benali", headline="Atelier Sémaphore"),
    Member(id="rH3kL9pW5c", given_name="Ruth", family_name="Hartley", headline="Baker at Hartley & Rye"),
    Member(id="tW8mZ4vR2e", given_name="Tom", family_name="Whitlock", headline="Tidewater Museum"),
    Member(id="cF6jN1yS7g", given_name="Camille", family_name="Fontaine", headline="Fournil Lambert", language="fr"),
    Member(id="mD5hX8uK3i", given_name="Marek", family_name="Dvořák", headline="Atelier Sémaphore"),
)
NADIA, RUTH, TOM, CAMILLE, MAREK = (member.id for member in MEMBERS)

ORGANIZATIONS = (
    Organization(
        id="urn:li:organization:26000101",
        name="Hartley & Rye",
        vanity="hartleyandrye",
        about="Bread, slowly. Fourteen bakeries from Bristol to Bath.",
        followers=4310,
        roles={NADIA: [ADMINISTRATOR, CONTENT_ADMINISTRATOR], RUTH: [ADMINISTRATOR]},
    ),
    Organization(
        id="urn:li:organization:26000102",
        name="Fournil Lambert",
        vanity="fournillambert",
        about="Boulangerie à Lyon depuis 1931. Pain au levain, farines de la région.",
        followers=1127,
        roles={NADIA: [ADMINISTRATOR], CAMILLE: [ADMINISTRATOR]},
        language="fr",
    ),
    Organization(
        id="urn:li:organization:26000103",
        name="Tidewater Museum",
        vanity="tidewater-museum",
        about="The harbour and the people who worked it. Open every day but Monday.",
        followers=6480,
        roles={TOM: [ADMINISTRATOR], MAREK: [ANALYST], NADIA: [CONTENT_ADMINISTRATOR]},
    ),
    Organization(
        id="urn:li:organization:26000104",
        name="Corrie Cycles",
        vanity="corrie-cycles",
        about="We mend what others replace. Edinburgh.",
        followers=702,
        roles={NADIA: [ADMINISTRATOR], MAREK: [ADMINISTRATOR]},
    ),
)
