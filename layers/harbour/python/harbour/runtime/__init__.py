"""What every subject stands on: settings, time, errors, logging. Knows no subject."""

import gc

# A start makes ninety thousand objects that all stay. Python would look through them for rubbish after every 700, which
# is a twentieth of the work of a start. It stands here because this is what every function imports first.
gc.set_threshold(100_000, 20, 100)
