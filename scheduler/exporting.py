"""The posts, as an export of the organisation shows them."""

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from privacy.exporting.chapters import Chapter, Leaf, leaf_of
from scheduler.models import Post, PostAsset, Publication

_PAGE = 100


def _posts(after: int) -> Leaf:
    publications = Publication.objects.select_related("social_account").order_by("publish_at", "pk")
    pictures = PostAsset.objects.select_related("asset").order_by("position")
    posts = Post.objects.select_related("author").defer("search_words")
    return leaf_of(
        posts.prefetch_related(Prefetch("publications", publications)).prefetch_related(
            Prefetch("post_assets", pictures), "shapes"
        ),
        after=after,
        size=_PAGE,
    )


POSTS = Chapter(
    key="posts",
    title=_("Posts"),
    template="scheduler/export/posts.html",
    count=Post.objects.count,
    read=_posts,
)
