"""From our rows to what a network provider takes."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from gallery.media import StoredFile, address_maker
from gallery.models import Asset
from integrations.contract import Composition, Form, Level, Media, MediaKind, Problem, Provider
from integrations.registry import provider
from scheduler.models import Post, PostShape

_KINDS = {"image": MediaKind.IMAGE, "video": MediaKind.VIDEO}
_COLUMNS = ("id", "sha256", "storage_key", "content_type", "size_bytes", "width", "height", "duration_ms", "frames")


def composition_of(post: Post, network: str) -> Composition:
    """Return the post as it should appear on a network."""
    return composed(post, network, find_shape(post, network))


def find_shape(post: Post, network: str) -> PostShape | None:
    """Return what the post is there beside its text, with its cover; None where it is a plain post."""
    found: PostShape | None = post.shapes.select_related("cover").filter(network=network).first()
    return found


def composed(post: Post, network: str, shape: PostShape | None) -> Composition:
    """Return the post as it should appear on a network, from its shape there."""
    pictures = post.post_assets.select_related("asset").order_by("position")
    return composition_from(
        provider(network),
        text=post.text_for(network),
        link=post.link_for(network),
        media=[facts_of(each.asset, alt_text=each.alt_text) for each in pictures],
        shape=shape_facts(shape) if shape else None,
        organisation_id=post.organisation_id,
    )


def composition_from(
    speaks: Provider,
    *,
    text: str,
    link: str,
    media: Iterable[Mapping[str, Any]],
    shape: Mapping[str, Any] | None,
    organisation_id: int,
) -> Composition:
    """Return a composition from columns, those of `scheduler_load_publications` or of `facts_of` and `shape_facts`."""
    shape = shape or {}
    cover = shape.get("cover")
    return fitted(
        Composition(
            text=text,
            link=link,
            media=tuple(media_from(each, organisation_id) for each in media),
            form=Form(shape.get("form", Form.POST)),
            options=dict(shape.get("options", {})),
            first_comment=shape.get("first_comment", ""),
            cover=media_from(cover, organisation_id) if cover else None,
            parts=tuple(shape.get("parts", ())),
        ),
        speaks,
    )


def fitted(composition: Composition, speaks: Provider) -> Composition:
    """Return the composition without what belongs to another form or kind, and with what a network must be told.

    The composer shows no field for that and keeps it, so that trying another form loses nothing. Nor does it keep what
    stands in a field by itself.
    """
    foreign = {each.name for each in speaks.options if not each.is_for(composition)}
    usual = {each.name: each.default for each in speaks.options if each.required and each.default is not None}
    options = {name: value for name, value in {**usual, **composition.options}.items() if name not in foreign}
    return replace(
        composition,
        options=options,
        parts=composition.parts if composition.form is Form.THREAD else (),
        cover=composition.cover if speaks.takes_cover(composition) else None,
    )


def facts_of(asset: Asset, *, alt_text: str = "") -> dict[str, Any]:
    """Return the columns of a file, with what a post says of it."""
    return {**{name: getattr(asset, name) for name in _COLUMNS}, "alt_text": alt_text}


def shape_facts(shape: PostShape) -> dict[str, Any]:
    """Return the columns of a shape."""
    return {
        "form": shape.form,
        "options": shape.options,
        "first_comment": shape.first_comment,
        "parts": shape.parts,
        "cover": facts_of(shape.cover) if shape.cover else None,
    }


def media_from(facts: Mapping[str, Any], organisation_id: int) -> Media:
    """Return one file of a post from its columns."""
    milliseconds = facts["duration_ms"]
    return Media(
        key=_media_key(facts["sha256"], facts["alt_text"]),
        kind=_KINDS.get(facts["content_type"].partition("/")[0], MediaKind.DOCUMENT),
        content_type=facts["content_type"],
        size_bytes=facts["size_bytes"],
        width=facts["width"],
        height=facts["height"],
        alt_text=facts["alt_text"],
        duration=None if milliseconds is None else timedelta(milliseconds=milliseconds),
        frames=facts["frames"],
        open=StoredFile(facts["storage_key"]),
        address=address_maker(organisation_id=organisation_id, asset_id=facts["id"], storage_key=facts["storage_key"]),
    )


def judge(provider: Provider, composition: Composition, *, details: Mapping[str, str]) -> tuple[Problem, ...]:
    """Return what stands in a composition's way: the one judge of composer, API and dispatcher.

    The network's own checks, and ours: what it fetches by itself must have an address that it can reach.
    """
    return (*provider.validate(composition, details=details), *_unreachable(provider, composition))


def _unreachable(provider: Provider, composition: Composition) -> tuple[Problem, ...]:
    files = (*composition.media, *filter(None, [composition.cover]))
    if not provider.fetches_media or all(each.address is not None for each in files):
        return ()
    return (Problem(level=Level.ERROR, field="media", key="address_missing"),)


def _media_key(sha256: str, alt_text: str) -> str:
    """Name the bytes and their description: both are uploaded together, so another description is another upload."""
    return hashlib.sha256(f"{sha256}\n{alt_text}".encode()).hexdigest()[:40]
