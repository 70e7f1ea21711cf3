"""Django's PostgreSQL: every transaction is told whose rows it may see; tables have an owner of their own."""
