"""Papers outside of arXiv: which URLs lead to them, and what their pages say of them."""
