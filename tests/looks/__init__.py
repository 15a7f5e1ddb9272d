"""How the themes look: `python -m tests.looks DIR` makes pictures of them, as mail apps show them."""
