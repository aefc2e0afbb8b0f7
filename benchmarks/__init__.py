"""Measurements of the bot beside what it replaces; none of it runs in operation."""
