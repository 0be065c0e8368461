"""Who has a Google account when the curtain rises.

The first five are the people of Facebook's twin. Owen Pryce runs a chain with two hundred shops.
"""

from sandbox.networks._google.state import Person

PERSONS = (
    Person(id="104600000000000000001", name="Nadia Benali", email="nadia.benali@atelier-semaphore.example"),
    Person(id="104600000000000000002", name="Ruth Hartley", email="ruth@hartleyandrye.example"),
    Person(id="104600000000000000003", name="Tom Whitlock", email="tom.whitlock@tidewater.example"),
    Person(id="104600000000000000004", name="Camille Fontaine", email="camille@fournil-lambert.example"),
    Person(id="104600000000000000005", name="Marek Dvořák", email="marek.dvorak@atelier-semaphore.example"),
    Person(id="104600000000000000006", name="Owen Pryce", email="owen@pryceopticians.example"),
)
NADIA, RUTH, TOM, CAMILLE, MAREK, OWEN = (person.id for person in PERSONS)
