"""Turns a composed issue into HTML and text with the theme's templates."""
