"""What a victim sees in the portal."""
