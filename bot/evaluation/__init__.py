"""Measuring the bot on questions it never saw."""
