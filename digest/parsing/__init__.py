"""Foreign text becomes values: plain text, web addresses, counts, dates, character sets."""
