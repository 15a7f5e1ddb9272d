"""The console of editors and operators, at `/admin`: sign-in, users, and the pages behind it."""
