"""Photos with a position, and animations."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image, ImageCms


def photo(form: str, orientation: int = 1, size: tuple[int, int] = (64, 48)) -> bytes:
    """Return a photo with a position, a color profile, and the name of its camera."""
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    if orientation != 1:
        exif[0x0112] = orientation
    exif.get_ifd(0x8825).update({1: "N", 2: (1.0, 2.0, 3.0), 3: "E", 4: (4.0, 5.0, 6.0)})
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    out = BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(out, form, exif=exif.tobytes(), icc_profile=profile)
    return out.getvalue()


def animation(repeats: int | None = 0) -> bytes:
    """Return a GIF with three frames of 50, 100 and 200 ms; with None it is shown once."""
    first, *others = (Image.effect_noise((32, 32), 90).convert("P") for _ in range(3))
    loop: dict[str, Any] = {} if repeats is None else {"loop": repeats}
    out = BytesIO()
    first.save(out, "GIF", save_all=True, append_images=others, duration=[50, 100, 200], **loop)
    return out.getvalue()
