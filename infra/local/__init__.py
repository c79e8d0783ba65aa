"""Harbour on a developer's machine: the embedded cloud, the stand-ins, the seed data and the commands around them."""
