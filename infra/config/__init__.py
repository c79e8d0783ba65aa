"""What differs between environments and forces, and what the web address serves."""
