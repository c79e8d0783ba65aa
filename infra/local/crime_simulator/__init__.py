"""Plays a crime system on a developer's machine, and shows what was sent by text and e-mail.

It knows Harbour by its public contract only (docs/connecting-a-crime-system.md): it signs what it posts, and checks the
signature of what it is sent.
"""
