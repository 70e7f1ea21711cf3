"""How people sign in."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitedAccountsOnly(DefaultAccountAdapter):
    """Nobody opens an account for themselves: accounts are given by whoever manages access."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
