"""Sentences that are made in English, with what they say in the language of who reads them."""
