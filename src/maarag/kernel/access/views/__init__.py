"""The pages of access: roles, accounts, invitations."""
