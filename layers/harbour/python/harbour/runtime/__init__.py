"""What every subject stands on: settings, time, errors, logging. Knows no subject."""
