"""The pages of placing families."""
