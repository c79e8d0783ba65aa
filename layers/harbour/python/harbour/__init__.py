"""What Harbour knows and does: one package per subject. Only :mod:`harbour.aws` talks to AWS."""
