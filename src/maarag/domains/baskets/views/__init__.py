"""The pages of baskets."""
