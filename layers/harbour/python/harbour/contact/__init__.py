"""How, when and whether a person may be contacted. Nothing reaches a victim except by these rules."""
