"""The ledger of deliveries: one row for each message to one reader, and the limits that senders share."""
