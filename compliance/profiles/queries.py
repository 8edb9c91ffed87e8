"""Look-ups of promises."""

from collections.abc import Sequence

from compliance.profiles.models import Party, Profile


def active() -> Profile | None:
    """The profile that is enforced now."""
    return Profile.objects.filter(state=Profile.State.ACTIVE).first()


def party_names(slugs: Sequence[str]) -> dict[str, str]:
    """Slug to name of the parties a profile lists; a slug without a row stands for itself."""
    names = dict(Party.objects.filter(slug__in=list(slugs)).values_list("slug", "name"))
    return {slug: names.get(slug, slug) for slug in slugs}
