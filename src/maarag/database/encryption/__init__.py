"""Fields that are encrypted before they reach the database, and their keys.

`fields` for models, `cipher.encrypt` / `cipher.decrypt` for a single text, `keyring` for the file of keys.
"""
