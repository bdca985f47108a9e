"""Say of an image or video whether it is saved, and if not why. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.kinds.image import is_dynamic_image
from crawler.kinds.registry import kind_of
from crawler.models.metadata import Picture
from crawler.models.reasons.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from crawler.models.link import LinkState
    from crawler.models.reasons.reason import Language


def is_saved(state: LinkState) -> bool:
    """Return whether the image or video of a link is in the image store."""
    is_own = state.check is not None and state.check.reason.code is ReasonCode.IN_IMAGE_STORE
    return is_own or isinstance(state.metadata, Picture)


def saved_text(state: LinkState, language: Language = "en") -> str | None:
    """Return whether the image or video of a link is saved, and if not why; None for any other link."""
    if not kind_of(state.link).keeps_body:
        return None
    reason = Reason(ReasonCode.NOT_CHECKED) if state.check is None else state.check.reason
    if isinstance(state.metadata, Picture):
        code = ReasonCode.IMAGE_LIVE if is_dynamic_image(state.link, state.metadata) else ReasonCode.EDIT_IMAGE
        return Reason(code).text(language)
    if reason.code is ReasonCode.IN_IMAGE_STORE:
        return reason.text(language)
    return (reason if reason.has(ReasonCode.NOT_SAVED) else Reason(ReasonCode.NOT_SAVED).plus(reason)).text(language)
