"""Making ready what is to be published, so that work that was stopped goes on where it stood.

Progress: ``items`` holds, per place and file of the composition, a container's ``id`` and ``made_at`` (unix seconds),
the ``address`` its bytes go to and whether they are ``sent``, and ``again`` once it had to be made a second time;
``carousel`` holds the container around several. Where there is one file, its own container is what is published.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from integrations.contract import Account, Composition, Media, MediaKind, Progress, Readiness
from integrations.errors import PermanentError, ProviderError, TransientError
from integrations.networks.instagram import limits, mapping
from integrations.networks.instagram.client import InstagramClient
from integrations.networks.instagram.errors import KEY, container_error

State = dict[str, Any]
GONE, FINISHED, WAITING, FAILED, PUBLISHED = "EXPIRED", "FINISHED", "IN_PROGRESS", "ERROR", "PUBLISHED"


def container_of(composition: Composition, progress: Progress) -> str:
    """Return the container that is to be published; empty where it was not made yet."""
    state = progress.get("carousel") or {} if len(composition.media) > 1 else _only(composition, progress)
    return str(state.get("id") or "")


def prepare(
    client: InstagramClient,
    account: Account,
    composition: Composition,
    progress: Progress,
    *,
    as_bytes: bool,
    save: Callable[[Progress], None],
    now: datetime,
) -> Progress:
    """Make what is missing. The container around several is made once all of them are ready: check says when."""
    work = _Work(client=client, account=account, composition=composition, as_bytes=as_bytes, save=save, now=now)
    return work.prepare(progress)


def check(client: InstagramClient, account: Account, composition: Composition, progress: Progress, *, now: datetime
          ) -> Readiness:  # fmt: skip
    """Say how far it is."""
    token, items = account.credentials.access_token, progress.get("items") or {}
    states = [items.get(name) or {} for name in _names(composition)]
    if not states or not all(_is_made(state, now=now) for state in states):
        return Readiness(prepare_again=True)
    whole = (progress.get("carousel") or {}) if len(states) > 1 else states[0]
    if whole.get("id"):
        if not _is_made(whole, now=now):
            return Readiness(prepare_again=True)
        return _readiness(client, token, [whole], now=now)
    readiness = _readiness(client, token, states, now=now)
    return Readiness(prepare_again=True) if readiness.ready else readiness


def state_of(client: InstagramClient, token: str, container_id: str, *, now: datetime) -> Mapping[str, Any]:
    """Return a container as it is now; one that is there no more has expired."""
    try:
        return client.container(token, container_id, now=now)
    except PermanentError as error:
        if error.key != "post_gone":
            raise
        return {"status_code": GONE}


class _Work:
    def __init__(
        self,
        *,
        client: InstagramClient,
        account: Account,
        composition: Composition,
        as_bytes: bool,
        save: Callable[[Progress], None],
        now: datetime,
    ) -> None:
        self.client, self.account, self.composition = client, account, composition
        self.as_bytes, self.save, self.now = as_bytes, save, now
        self.token = account.credentials.access_token
        self.items: dict[str, State] = {}
        self.carousel: State = {}

    def prepare(self, progress: Progress) -> Progress:
        self.items = deepcopy(dict(progress.get("items") or {}))
        self.carousel = dict(progress.get("carousel") or {})
        if self.carousel.get("id") and self._stands(self.carousel):
            return self._progress()
        ready = []
        for name, media in zip(_names(self.composition), self.composition.media, strict=True):
            ready.append(self._item(self.items.setdefault(name, {}), media))
        if len(ready) > 1 and all(ready):
            form = mapping.carousel_form(self.composition, [self.items[each]["id"] for each in self.items])
            self._make(self.carousel, form)
        return self._progress()

    def _item(self, state: State, media: Media) -> bool:
        """Bring one file there; say whether it is ready to be put into a carousel."""
        is_known = bool(state.get("id"))
        if not is_known or not self._stands(state):
            self._make(state, self._form(media))
        if state.get("address") and not state.get("sent"):
            offset = self.client.uploaded_bytes(self.token, state["id"], now=self.now) if is_known else 0
            if offset < media.size_bytes:
                self.client.upload(self.token, state["address"], media, offset=offset)
            state["sent"] = True
            self._keep()
        if len(self.composition.media) == 1:
            return False
        return state_of(self.client, self.token, state["id"], now=self.now).get("status_code") == FINISHED

    def _stands(self, state: State) -> bool:
        """Whether a container of an earlier try can still be used; one that failed in passing is made once more."""
        if not _is_made(state, now=self.now, unsent=True):
            return False
        found = state_of(self.client, self.token, state["id"], now=self.now)
        if found.get("status_code") == GONE:
            return False
        if found.get("status_code") != FAILED:
            return True
        error = container_error(found)
        if not isinstance(error, TransientError) or state.get("again"):
            raise _for_good(error)
        state["again"] = True
        return False

    def _form(self, media: Media) -> dict[str, str]:
        bytes_follow = media.kind is MediaKind.VIDEO and (self.as_bytes or media.address is None)
        if media.address is None and not bytes_follow:
            raise PermanentError("address_missing", network=KEY)
        address = "" if bytes_follow or media.address is None else media.address()
        if len(self.composition.media) > 1:
            return mapping.item_form(media, address=address)
        cover = self.composition.cover
        cover_address = cover.address() if cover is not None and cover.address is not None else ""
        return mapping.single_form(self.composition, address=address, cover=cover_address)

    def _make(self, state: State, form: Mapping[str, str]) -> None:
        again = state.get("again")
        answer = self.client.create_container(self.token, self.account.network_id, form=form, now=self.now)
        state.clear()
        state.update(id=str(answer["id"]), made_at=int(self.now.timestamp()))
        if form.get("upload_type") == "resumable":
            state["address"] = str(answer.get("uri") or "")
        if again:
            state["again"] = True
        self._keep()

    def _progress(self) -> Progress:
        found: dict[str, Any] = {"items": deepcopy(self.items)}
        return found | ({"carousel": dict(self.carousel)} if self.carousel else {})

    def _keep(self) -> None:
        self.save(self._progress())


def _names(composition: Composition) -> list[str]:
    """One name per place, since the same file may stand in a carousel twice."""
    return [f"{place}.{media.key}" for place, media in enumerate(composition.media)]


def _only(composition: Composition, progress: Progress) -> Mapping[str, Any]:
    items: Mapping[str, Mapping[str, Any]] = progress.get("items") or {}
    return next((items.get(name) or {} for name in _names(composition)), {})


def _is_made(state: Mapping[str, Any], *, now: datetime, unsent: bool = False) -> bool:
    """Whether a container is there, whole and young enough; ``unsent`` leaves out whether its bytes are."""
    ends_at = float(state.get("made_at") or 0) + limits.CONTAINER_LIFE.total_seconds()
    whole = unsent or not state.get("address") or bool(state.get("sent"))
    return bool(state.get("id")) and whole and ends_at > (now + limits.CONTAINER_MARGIN).timestamp()


def _readiness(client: InstagramClient, token: str, states: list[Mapping[str, Any]], *, now: datetime) -> Readiness:
    """Say how far several containers are together."""
    wait: timedelta | None = None
    for state in states:
        found = state_of(client, token, str(state["id"]), now=now)
        match found.get("status_code"):
            case "FINISHED" | "PUBLISHED":
                continue
            case "EXPIRED":
                return Readiness(prepare_again=True)
            case "ERROR":
                error = container_error(found)
                if isinstance(error, TransientError) and not state.get("again"):
                    return Readiness(prepare_again=True)
                return Readiness(failed=_for_good(error))
            case _:
                wait = max(wait or timedelta(0), _wait(state, now=now))
    return Readiness(check_after=wait) if wait else Readiness(ready=True)


def _for_good(error: ProviderError) -> PermanentError:
    """A file that failed twice is refused, whatever the reason was called."""
    if isinstance(error, PermanentError):
        return error
    return PermanentError(error.key, network=KEY, status=error.status, code=error.code, reason=error.reason)


def _wait(state: Mapping[str, Any], *, now: datetime) -> timedelta:
    age = now - datetime.fromtimestamp(float(state.get("made_at") or 0), now.tzinfo)
    return next((wait for until, wait in limits.LOOK_AGAIN if age < until), limits.LOOK_AGAIN_LATER)
