"""The stacks, cut by lifetime: data, identity, chat, pages."""
