"""What the text of one work says: its title, the labels of its links, their roles."""
