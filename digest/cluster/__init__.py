"""Shares the coarse work of an installation among its hosts, by Procrastinate's jobs in the PostgreSQL database."""
