"""The receivers of mail: which domains one mail host serves, and what its replies mean."""
