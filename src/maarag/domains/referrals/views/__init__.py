"""The pages of referrals: of a family's file, of their sender, of the service's body, and the figures."""
