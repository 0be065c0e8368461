"""Templates, their two languages, and the headers every page carries."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse

from sandbox.pages.french import FRENCH

HERE = Path(__file__).parent
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# How what people write is called, by its kind.
KIND_NAMES = {
    "comment": "Comment",
    "reply": "Reply to a comment",
    "mention": "Mention",
    "visit": "Post on the wall",
    "message": "Private message",
    "review": "Recommendation",
    "praise": "Recommends",
    "complaint": "Does not recommend",
    "stars": "Review",
}
MONTHS_FRENCH = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()  # noqa: SIM905
)


class HasHeaders(Protocol):
    """A request, or a call to a twin."""

    @property
    def headers(self) -> Headers: ...


def language_of(request: HasHeaders) -> str:
    """Fr or en, whichever the browser puts first; English otherwise."""
    for part in request.headers.get("accept-language", "").split(","):
        code = part.strip()[:2].lower()
        if code in {"fr", "en"}:
            return code
    return "en"


def render(
    request: HasHeaders, template: str, *, status: int = 200, form_target: str = "", **context: Any
) -> HTMLResponse:
    """Render a page. `form_target` is where its form leads in the end: browsers check redirects of forms as well."""
    language = language_of(request)

    def translate(text: str, **values: Any) -> str:
        chosen = FRENCH[text] if language == "fr" else text
        return chosen.format(**values) if values else chosen

    def moment(at: float) -> str:
        return _moment(at, language)

    def number(value: float) -> str:
        return f"{value:,}".replace(",", "\u202f" if language == "fr" else ",")

    body = _ENVIRONMENT.get_template(template).render(
        _=translate,
        moment=moment,
        number=number,
        language=language,
        clock_time=clock_time,
        kind_names=KIND_NAMES,
        **context,
    )
    response = HTMLResponse(body, status_code=status)
    response.headers["content-security-policy"] = (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; media-src 'self'; "
        f"connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' {form_target}".rstrip()
    )
    # Not no-referrer: with that a browser names no origin either, and our own forms would be refused.
    response.headers["referrer-policy"] = "same-origin"
    response.headers["x-content-type-options"] = "nosniff"
    response.headers["cache-control"] = "no-store"
    response.headers["vary"] = "Accept-Language"
    response.headers["content-language"] = language
    return response


def clock_time(at: float) -> str:
    """The hour of a call, to the thousandth of a second."""
    return datetime.fromtimestamp(at, UTC).isoformat(sep=" ", timespec="milliseconds")[11:23]


def origin_of(address: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _moment(at: float, language: str) -> str:
    when = datetime.fromtimestamp(at, UTC)
    if language == "fr":
        return f"{when.day} {MONTHS_FRENCH[when.month - 1]} {when.year} à {when:%H:%M} UTC"
    return f"{when.day} {when:%B %Y, %H:%M} UTC"
