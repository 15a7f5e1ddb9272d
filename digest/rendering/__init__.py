"""Renders a composed issue as HTML and text with the templates of a theme."""
