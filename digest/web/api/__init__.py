"""The API for programs, below `/api/v1`: thin handlers over the same store, described by OpenAPI."""
