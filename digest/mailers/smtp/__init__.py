"""Sends messages over several SMTP connections at once.

`mailer.py` runs a `pool.py` in an event loop. The way of a message: `prefetch.py` takes it from the delivery loop, at
the pace of `pacing.py`, and `message_supply.py` gives it to a connection of a relay. There a `connection_worker.py`
keeps a `session.py` open (`connect.py`, `login.py`); its `dialogue.py` decides which command comes next, in one of the
`dialogue_modes.py`, and `transport.py` carries the bytes. Before a message's last bytes leave, and after the reply,
`group_commit.py` writes the intents and receipts of all connections to the ledger.
"""
