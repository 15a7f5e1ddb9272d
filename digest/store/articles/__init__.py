"""Articles: what each source said of them, how their counters grew, and what is derived from them."""
