"""The mailboxes that returned messages are read from: Maildir, mbox and IMAP."""
