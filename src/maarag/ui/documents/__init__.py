"""Documents for people to keep: Excel and PDF, right to left."""
