"""Copies of saved images that notes show in their place (IMAGES_SHOW); they can be made again at any time."""
