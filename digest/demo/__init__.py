"""`digest demo`: the whole system on a sample portal, on this machine alone, with a day that takes two minutes."""
