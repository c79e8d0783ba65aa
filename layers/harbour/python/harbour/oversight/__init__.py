"""What a force sees of its own messages: what they say, what is wrong with its data, what is late, what it costs."""
