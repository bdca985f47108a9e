"""What hosts of images do: their URLs, badges, placeholders, and the Referer that they want."""
