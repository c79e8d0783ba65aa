"""Webhooks between Harbour and the crime systems: signed, fresh, and taken once."""
