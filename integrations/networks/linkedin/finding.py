"""Finding a post whose confirmation got lost: by its words and files, or by the name that a refusal gives it."""

from collections.abc import Collection, Iterator
from datetime import datetime

from integrations.contract import Account, Composition, Findings, Progress, Sighting
from integrations.errors import PermanentError
from integrations.fingerprints import CLOCK_SKEW, fingerprint, judge
from integrations.networks.linkedin import limits, mapping
from integrations.networks.linkedin.client import LinkedInClient


class LinkedInFinding:
    """Needs the client that ``LinkedInProvider`` sets. Only reads."""

    _client: LinkedInClient

    def fingerprint(self, composition: Composition) -> str:
        return fingerprint(mapping.text_of(composition), media_count=len(composition.media))

    def find_published(
        self,
        account: Account,
        composition: Composition,
        progress: Progress,
        *,
        since: datetime,
        known: Collection[str] = (),
        now: datetime,
    ) -> Findings:
        seen, covered = self._recent(account, since=since, now=now)
        return self._judge(composition, seen, since=since, known=known, covered=covered)

    def find_named(
        self,
        account: Account,
        composition: Composition,
        network_id: str,
        *,
        since: datetime,
        known: Collection[str] = (),
        now: datetime,
    ) -> Findings:
        """Look at the one post that a duplicate's refusal names; LinkedIn's own sample names a person there."""
        if not network_id.startswith(mapping.POSTS):
            return Findings(covered=False)
        try:
            found = self._client.post(account.credentials.access_token, network_id, now=now)
        except PermanentError as error:
            if error.key != "post_gone":
                raise
            return Findings(covered=False)
        if str(found.get("author") or "") != account.network_id:
            return Findings(covered=False)
        findings = self._judge(composition, mapping.sightings([found]), since=since, known=known, covered=False)
        return Findings(published=findings.published, covered=False)

    # inside

    def _recent(self, account: Account, *, since: datetime, now: datetime) -> tuple[list[Sighting], bool]:
        """Return the page's posts back to ``since``, and whether the look reached that far."""
        seen: list[Sighting] = []
        for page in range(limits.LOOK_BACK_PAGES):
            elements = self._client.posts_page(
                account.credentials.access_token, account.network_id, start=page * limits.POSTS_A_PAGE, now=now
            )
            found = list(mapping.sightings(elements))
            seen += [each for each in found if each.published_at >= since - CLOCK_SKEW]
            reached = any(each.published_at < since - CLOCK_SKEW for each in found)
            if reached or len(elements) < limits.POSTS_A_PAGE:
                return seen, True
        return seen, False

    def _judge(
        self,
        composition: Composition,
        seen: Iterator[Sighting] | list[Sighting],
        *,
        since: datetime,
        known: Collection[str],
        covered: bool,
    ) -> Findings:
        wanted = self.fingerprint(composition)
        return judge(
            seen,
            text=mapping.text_of(composition),
            is_ours=lambda each: fingerprint(each.text, media_count=each.media_count) == wanted,
            since=since,
            known=known,
            covered=covered,
        )
