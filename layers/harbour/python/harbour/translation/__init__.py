"""What a message says in the other party's language. The original is the evidence; a translation is an
aid.
"""
