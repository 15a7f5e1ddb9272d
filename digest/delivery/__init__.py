"""Sends what the ledger holds, once to each recipient.

`sender.py` is the loop. It calls a mailer with two things: `due_messages.py`, which claims rows and makes their
messages (`message_composer.py`), and `ledger_journal.py`, which permits a message to be finished and stores its
receipt. Meanwhile `lease.py` renews the claims in a thread, `peers.py` takes over from senders that ended,
`receiver_pauses.py` holds back what a receiver refuses, and `guarded_issues.py` what a restored database may have
forgotten. `returned_mail.py` acts on what comes back.
"""
