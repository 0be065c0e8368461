"""What strangers do on Google Maps: review, change their minds, take it back. And what a business does by hand."""

import base64
import random
from dataclasses import replace
from typing import Any

from sandbox.networks.google_business.notifications import tell_review
from sandbox.networks.google_business.reviews import answer
from sandbox.networks.google_business.state import BusinessState, Location, Review, Stranger
from sandbox.strangers.cast import PEOPLE, Someone, invent
from sandbox.strangers.deeds import ITSELF, Deed, Impossible, Kind, Request
from sandbox.strangers.words import write

FIRST_ID = 115_000_000_000_000_000_000


def stranger_of(someone: Someone) -> Stranger:
    return Stranger(
        id=str(FIRST_ID + someone.number), name=someone.name, language=someone.language, private=someone.private
    )


class BusinessStrangers:
    """Fulfils sandbox.strangers.deeds.Strangers. A reply is the business's own, written on Google's site."""

    kinds: tuple[Kind, ...] = ("review", "reply")

    def __init__(self, state: BusinessState) -> None:
        self.state = state
        self.chance = random.Random(0)  # noqa: S311 a repeatable choice is the point

    def raise_curtain(self) -> None:
        for someone in PEOPLE:
            if self.state.strangers.find(str(FIRST_ID + someone.number)) is None:
                self.state.strangers.put(stranger_of(someone))

    def language_of(self, account: str) -> str:
        return self._location(account).language

    def everybody(self) -> list[dict[str, Any]]:
        return [vars(stranger) for stranger in self.state.strangers.all()]

    def invite(self, name: str, language: str) -> dict[str, Any]:
        made = stranger_of(invent(len(self.state.strangers) + 1, language))
        return vars(self.state.strangers.put(replace(made, name=name or made.name)))

    def do(self, request: Request) -> Deed:
        match request.kind:
            case "review":
                return self._review(request)
            case "reply":
                return self._reply(request)
        raise Impossible(f"Nobody can {request.kind} on a business profile.")

    def _review(self, request: Request) -> Deed:
        """One review a person and place: a second one changes the first."""
        state, location, now = self.state, self._location(request.account), self.state.now
        author = self._stranger(request.who, location)
        stars = request.stars or self.chance.choice((4, 5) if request.recommends else (1, 2))
        kind = "praise" if stars > 3 else "complaint"
        text = "" if request.wordless else request.text or write(kind, author.language, self.chance)
        mine = [row for row in state.reviews_of(location.id) if row.author_id == author.id]
        if mine:
            return self._change(mine[0], text=text, stars=stars)
        review = state.reviews.put(
            Review(
                id=_review_id(f"{location.id}:{author.id}:{state.new_id()}"),
                location_id=location.id,
                author_id=author.id,
                author_name=author.name,
                anonymous=author.private,
                stars=stars,
                text=text,
                created_at=now,
                updated_at=now,
            )
        )
        tell_review(state, review, "NEW_REVIEW")
        return self._deed("review", review, text=text)

    def _reply(self, request: Request) -> Deed:
        if request.who not in {"", ITSELF}:
            raise Impossible("Only the business itself answers a review.")
        review = self._written(request.on)
        location = self._location(review.location_id)
        text = request.text or write("answer", location.language, self.chance)
        changed = answer(self.state, review, text, app_id="")
        deed = self._deed("reply", changed, text=text)
        return replace(deed, author=location.id, author_name=location.title, on=review.id)

    def _change(self, review: Review, *, text: str, stars: int) -> Deed:
        changed = self.state.reviews.put(replace(review, text=text, stars=stars, updated_at=self.state.now))
        tell_review(self.state, changed, "UPDATED_REVIEW")
        return self._deed("edit", changed, text=text)

    def edit(self, object_id: str, text: str) -> Deed:
        review = self._written(object_id)
        return self._change(review, text=text, stars=review.stars)

    def delete(self, object_id: str) -> Deed:
        """It vanishes, and Google tells nobody."""
        review = self._written(object_id)
        self.state.reviews.put(replace(review, deleted_at=self.state.now))
        return self._deed("delete", review)

    def hide(self, object_id: str, *, hidden: bool) -> Deed:
        raise Impossible("A business cannot hide a review.")

    # Finding

    def _written(self, review_id: str) -> Review:
        found = self.state.reviews.find(review_id)
        if found is None or found.deleted_at is not None:
            raise Impossible(f"No review {review_id!r}.")
        return found

    def _location(self, name: str) -> Location:
        found = self.state.find_location(name)
        if found is None:
            raise Impossible(f"No profile {name!r}.")
        return found

    def _stranger(self, who: str, location: Location) -> Stranger:
        everybody = self.state.strangers.all()
        if who:
            found = self.state.strangers.find(who) or next((one for one in everybody if one.name == who), None)
            if found is None:
                raise Impossible(f"No stranger {who!r}.")
            return found
        wrote = {review.author_id for review in self.state.reviews_of(location.id)}
        candidates = [one for one in everybody if one.language == location.language]
        return self.chance.choice([one for one in candidates if one.id not in wrote] or candidates)

    def _deed(self, kind: str, review: Review, *, text: str = "") -> Deed:
        return Deed(
            network="google_business",
            kind=kind,
            id=review.id,
            at=self.state.now,
            account=review.location_id,
            author=review.author_id,
            author_name=review.author_name,
            text=text,
        )


def _review_id(seed: str) -> str:
    """A review's id is no number there, but a long word."""
    return "AbFvOq" + base64.urlsafe_b64encode(seed.encode()).decode().rstrip("=")[-42:]
