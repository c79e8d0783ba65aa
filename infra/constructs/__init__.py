"""Building blocks that know our rules: a function, a queue, an API made from a Chalice app."""
