"""Changes that are made to all stacks at once."""
