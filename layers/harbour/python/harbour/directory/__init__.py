"""Who can help, how to reach the police, and what officers say: data with sources and dates, loaded once."""
