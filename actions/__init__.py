"""Rasa custom actions: they answer from the knowledge base. No wording, no facts."""
