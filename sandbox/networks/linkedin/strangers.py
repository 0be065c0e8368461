"""What strangers do on LinkedIn, and what a page's people do on its own site."""

import random
from dataclasses import replace
from typing import Any

from sandbox.networks.linkedin import engagement, little, publishing
from sandbox.networks.linkedin.state import Comment, LinkedInState, Member, Organization, Post
from sandbox.strangers.cast import PEOPLE, Someone, invent
from sandbox.strangers.deeds import ITSELF, Deed, Impossible, Kind, Request
from sandbox.strangers.words import write

ALPHABET = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def member_of(someone: Someone) -> Member:
    """A stranger as a member; the id looks like LinkedIn's, and is always the same for a number."""
    chance = random.Random(someone.number)  # noqa: S311 a repeatable id is the point
    given, _, family = someone.name.partition(" ")
    letters = "".join(chance.choice(ALPHABET) for _ in range(6))
    return Member(
        id=f"S{someone.number:03d}{letters}",
        given_name=given,
        family_name=family,
        language=someone.language,
        stranger=True,
    )


class LinkedInStrangers:
    """Fulfils sandbox.strangers.deeds.Strangers."""

    kinds: tuple[Kind, ...] = ("comment", "reply", "mention", "like", "unlike")

    def __init__(self, state: LinkedInState) -> None:
        self.state = state
        self.chance = random.Random(0)  # noqa: S311 a repeatable choice is the point

    def raise_curtain(self) -> None:
        for someone in PEOPLE:
            member = member_of(someone)
            if self.state.members.find(member.id) is None:
                self.state.members.put(member)

    def language_of(self, account: str) -> str:
        return self._page(account).language

    def everybody(self) -> list[dict[str, Any]]:
        return [{"id": one.id, "name": one.name, "language": one.language} for one in self._strangers()]

    def invite(self, name: str, language: str) -> dict[str, Any]:
        made = member_of(invent(len(self.state.members) + 1, language))
        if name:
            given, _, family = name.partition(" ")
            made = replace(made, given_name=given, family_name=family)
        self.state.members.put(made)
        return {"id": made.id, "name": made.name, "language": made.language}

    def do(self, request: Request) -> Deed:
        match request.kind:
            case "comment" | "reply":
                return self._comment(request)
            case "mention":
                return self._mention(request)
            case "like" | "unlike":
                return self._like(request)
        raise Impossible(f"LinkedIn has no {request.kind}; strangers there can {', '.join(self.kinds)}.")

    def _comment(self, request: Request) -> Deed:
        state = self.state
        parent = state.find_comment(request.on) if request.on else None
        if request.kind == "reply" and parent is None:
            raise Impossible(f"No comment {request.on!r} to reply to.")
        if parent and parent.parent:
            parent = state.find_comment(parent.parent)  # the site puts a reply to a reply under the same comment
        if parent:
            post = state.find_post(parent.post_id)
        else:
            post = state.find_post(request.on) if request.on else self._newest(self._page(request.account))
        if post is None:
            raise Impossible(f"Nothing to comment on: {request.on or request.account!r}.")
        page = self._page_of(post)
        author, language = self._author(request.who, page)
        text = request.text or write("comment", language, self.chance)
        comment = engagement.write(state, post, text, actor=author, parent=parent)
        return self._deed(request.kind, comment.id, page, author, text=text, on=comment.parent or post.id)

    def _mention(self, request: Request) -> Deed:
        page = self._page(request.account)
        author, language = self._author(request.who, page)
        name = f"@[{little.escape(page.name)}]({page.id})"
        text = request.text or write("mention", language, self.chance, name=page.name)
        words = [little.escape(part) for part in text.split(page.name)]
        commentary = name.join(words) if len(words) > 1 else f"{name} {words[0]}"
        post = publishing.publish(self.state, author, commentary)
        return self._deed("mention", post.id, page, author, text=post.text)

    def _like(self, request: Request) -> Deed:
        found = self._written(request.on)
        page = self._page_of(found)
        author, _ = self._author(request.who, page)
        engagement.set_reaction(self.state, found, author, "LIKE" if request.kind == "like" else "")
        return self._deed(request.kind, found.id, page, author, on=found.id)

    def edit(self, object_id: str, text: str) -> Deed:
        found = self._written(object_id)
        page = self._page_of(found)
        if isinstance(found, Comment):
            engagement.edit(self.state, found, text)
            return self._deed("edit", found.id, page, found.actor, text=text)
        read = little.read(little.escape(text))
        self.state.posts.put(replace(found, text=read.shown, commentary=read.given_back, modified_at=self.state.now))
        return self._deed("edit", found.id, page, found.author, text=text)

    def delete(self, object_id: str) -> Deed:
        found = self._written(object_id)
        page = self._page_of(found)
        if isinstance(found, Comment):
            engagement.remove(self.state, found)
            return self._deed("delete", found.id, page, found.actor)
        publishing.remove(self.state, found)
        return self._deed("delete", found.id, page, found.author)

    def hide(self, object_id: str, *, hidden: bool) -> Deed:
        raise Impossible("LinkedIn has no hiding: a comment stands or is deleted.")

    # Finding

    def _written(self, object_id: str) -> Comment | Post:
        found = self.state.find_comment(object_id) or self.state.find_post(object_id)
        if found is None:
            raise Impossible(f"Nothing written with the id {object_id!r}.")
        return found

    def _page_of(self, found: Comment | Post) -> Organization:
        """Whose post it is or stands under; a mention's is the page that it names."""
        post = self.state.posts.find(found.post_id) if isinstance(found, Comment) else found
        candidates = [post.author, *post.mentions] if post else []
        page = next((one for urn in candidates if (one := self.state.organizations.find(urn))), None)
        if page is None:
            raise Impossible(f"{found.id!r} concerns no page.")
        return page

    def _page(self, name: str) -> Organization:
        page = self.state.find_organization(name)
        if page is None:
            raise Impossible(f"No page {name!r}.")
        return page

    def _newest(self, page: Organization) -> Post | None:
        return next((post for post in self.state.posts.newest(page.id) if post.deleted_at is None), None)

    def _strangers(self) -> list[Member]:
        return [one for one in self.state.members.all() if one.stranger]

    def _author(self, who: str, page: Organization) -> tuple[str, str]:
        """Whose URN, and which language."""
        if who == ITSELF:
            return page.id, page.language
        if who:
            found = next((one for one in self._strangers() if who in {one.id, one.urn, one.name}), None)
            if found is None:
                raise Impossible(f"No stranger {who!r}.")
            return found.urn, found.language
        chosen = self.chance.choice([one for one in self._strangers() if one.language == page.language])
        return chosen.urn, chosen.language

    def _deed(
        self, kind: str, object_id: str, page: Organization, author: str, *, text: str = "", on: str = ""
    ) -> Deed:
        return Deed(
            network="linkedin",
            kind=kind,
            id=object_id,
            at=self.state.now,
            account=page.id,
            author=author,
            author_name=self.state.name_of(author),
            text=text,
            on=on,
        )
