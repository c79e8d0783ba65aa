"""Crimes as the crime system reports them: events, their order, what they mean for the victim, what goes back."""
