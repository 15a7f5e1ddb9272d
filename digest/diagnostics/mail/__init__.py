"""Checks of what mail needs: the mail server, records of DNS, signatures, and the path of bounces."""
