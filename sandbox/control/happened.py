"""What happened: everything published, everything answered, every call."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.calls import fingerprint
from sandbox.control.guard import Table

if TYPE_CHECKING:
    from sandbox.app import Sandbox


class HappenedControl:
    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox

    def table(self) -> Table:
        return [
            ("GET", "published", self.published),
            ("GET", "answered", self.answered),
            ("GET", "said", self.said),
            ("GET", "calls", self.calls),
            ("DELETE", "calls", self.clear_calls),
        ]

    async def published(self, request: Request) -> Response:
        """Everything that was really published, with counts by account and by text."""
        query = request.query_params
        account = query.get("account")
        posts = [
            (twin.key, post)
            for twin in self.sandbox.twins
            if query.get("network", twin.key) == twin.key
            for post in twin.published(account)
            if query.get("text", post.text) == post.text
        ]
        texts = Counter(f"{key}:{post.account}:{fingerprint(post.text)}" for key, post in posts)
        refused = {
            f"{twin.key}:{wall.id}": wall.refused_duplicates
            for twin in self.sandbox.twins
            for wall in twin.walls()
            if wall.refused_duplicates
        }
        body: dict[str, Any] = {
            "count": len(posts),
            "by_account": Counter(f"{key}:{post.account}" for key, post in posts),
            "by_fingerprint": texts,
            "twice": {name: count for name, count in texts.items() if count > 1},
            "refused_duplicates": refused,
        }
        if query.get("posts", "1") != "0":
            body["posts"] = [
                {"network": key, **post.as_json(), "fingerprint": fingerprint(post.text)} for key, post in posts
            ]
        return JSONResponse(body)

    async def answered(self, request: Request) -> Response:
        """What accounts wrote to people, by an app or by hand: comments, replies, private messages. Counted by text."""
        query = request.query_params
        answers = [
            answer
            for twin in self.sandbox.twins
            if query.get("network", twin.key) == twin.key
            for answer in twin.answered(query.get("account"))
            if query.get("on", answer.on) == answer.on
        ]
        texts = Counter(f"{answer.network}:{answer.on}:{fingerprint(answer.text)}" for answer in answers)
        to = Counter(f"{answer.network}:{answer.on}" for answer in answers)
        return JSONResponse(
            {
                "count": len(answers),
                "by_account": Counter(f"{answer.network}:{answer.account}" for answer in answers),
                "twice": {name: count for name, count in texts.items() if count > 1},
                "answered_twice": {name: count for name, count in to.items() if count > 1},
                "answers": [answer.as_json() for answer in answers] if query.get("answers", "1") != "0" else [],
            }
        )

    async def said(self, request: Request) -> Response:
        """What stands under the post ``on`` of ``network`` now: strangers' words and the account's, hidden ones too."""
        query = request.query_params
        found = [
            said
            for twin in self.sandbox.twins
            if query.get("network", twin.key) == twin.key
            for said in twin.said(query.get("on", ""))
        ]
        return JSONResponse({"count": len(found), "said": [each.as_json() for each in found]})

    async def calls(self, request: Request) -> Response:
        query = request.query_params
        since, operation, account = int(query.get("since", "0")), query.get("operation"), query.get("account")
        records = self.sandbox.world.calls.select(
            lambda record: (
                record.number > since
                and (operation is None or record.operation == operation or record.operation.startswith(f"{operation}."))
                and (account is None or record.account == account)
            ),
            limit=int(query.get("limit", "10000")),
        )
        return JSONResponse(
            {"calls": [record.as_json() for record in records], "totals": self.sandbox.world.calls.totals}
        )

    async def clear_calls(self, request: Request) -> Response:
        self.sandbox.world.calls.clear()
        return JSONResponse({"ok": True})
