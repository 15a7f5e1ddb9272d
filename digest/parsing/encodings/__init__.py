"""The encodings of foreign text: which one it is in, and which one it was taken for."""
