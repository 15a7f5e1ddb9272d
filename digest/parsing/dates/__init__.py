"""Moments as foreign texts write them: e-mail, ISO 8601, databases, programs and people, in many languages."""
