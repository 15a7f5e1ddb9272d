"""What commands write: reports, tables, progress and the log."""
