"""Removes what is no text of an article: what blog engines and editors add to it, in words and in markup."""
