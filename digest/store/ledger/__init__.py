"""The ledger of deliveries: one row for each message to one reader, and the limits that senders share.

`deliveries.py` is what a sender uses. It moves many rows at once (`bulk_transitions.py`, `settlement.py`), along the
`transitions.py` that are allowed. What people ask of the ledger is in `tallies.py` and `recipients.py`, and what they
decide about it in `resends.py`.
"""
