"""What is no Markdown in a note: code of MDX, shortcodes of site generators."""
