"""Every page of the site, with rows of the demonstration: who looks at it, and at which address."""

from __future__ import annotations

from dataclasses import dataclass

INTEGRATOR = "integrator@maale-gan.example"
STEWARD = "steward@maale-gan.example"
RESIDENT = "resident@maale-gan.example"
LEADER = "team.leader@maale-gan.example"
WORKER = "social.worker@maale-gan.example"
SISTERS = "social.worker@givat-hadekel.example"
PARTNER = "partner@shefa.example"


@dataclass(frozen=True)
class Page:
    """`name` is that of the address in the site's table of addresses; empty for an error page."""

    name: str
    path: str
    account: str = ""
    status: int = 200
    is_main: bool = False
    """Also looked at on a phone, and weighed."""
    follow: str = ""
    """A link to follow from the path: the page meant is the one behind it."""


PAGES = (
    Page("home:index", "/", is_main=True),
    Page("home:index", "/?place=%D7%90%D7%99%D7%9F", INTEGRATOR),
    Page("picture:place", "/picture/IL/", is_main=True),
    Page("picture:place", "/picture/9600/"),
    Page("picture:place", "/picture/IL/?topic=no-such-topic", status=400),
    Page("picture:index", "/picture/", INTEGRATOR, is_main=True),
    Page("picture:row", "/picture/9600/family-poverty/families/", is_main=True),
    Page("picture:row", "/picture/F-900-11/employment/people/", INTEGRATOR),
    Page("services:index", "/services/", is_main=True),
    Page("services:index", "/services/?q=%D7%AA%D7%A2%D7%A1%D7%95%D7%9B%D7%94&place=F-900"),
    Page("services:index", "/services/?q=qqqqqq&place=nowhere"),
    Page("services:detail", "/services/", follow="#results article h2 a"),
    Page("services:overlaps", "/services/overlaps/", INTEGRATOR, is_main=True),
    Page("services:judge", "/picture/F-900/", INTEGRATOR, follow="#duplicates .finding__title a"),
    Page("services:create", "/services/new/", INTEGRATOR),
    Page("services:edit", "/services/?place=F-900", INTEGRATOR, follow="#results article h2 a >> edit"),
    Page("needs:index", "/needs/", is_main=True),
    Page("needs:detail", "/needs/?place=F-900", INTEGRATOR, follow="main tbody a"),
    Page("needs:create", "/needs/new/", INTEGRATOR),
    Page("needs:edit", "/needs/?place=F-900", INTEGRATOR, follow="main tbody a >> edit"),
    Page("needs:remove", "/needs/?place=F-900", INTEGRATOR, follow="main tbody a >> remove"),
    Page("families:index", "/families/", WORKER, is_main=True),
    Page("families:index", "/families/?q=qqqqqq", WORKER),
    Page("families:open", "/families/open/", WORKER, is_main=True),
    Page("families:detail", "/families/", WORKER, is_main=True, follow="main tbody a"),
    Page("families:edit", "/families/", WORKER, follow="main tbody a >> edit"),
    Page("families:readers", "/families/", LEADER, follow="main tbody a >> main a[href$='/readers/']"),
    Page(
        "families:erase",
        "/families/",
        LEADER,
        follow="main tbody a >> main a[href$='/readers/'] >> main a[href$='/erase/']",
    ),
    Page("families:reading", "/families/reading/", LEADER),
    Page("families:counts", "/families/counts/", LEADER),
    Page("families:counts", "/families/counts/", INTEGRATOR),
    Page("families:emergency", "/families/emergency/", SISTERS, is_main=True),
    Page("families:open_foreign", "/families/emergency/open/", SISTERS),
    Page("families:emergency_file", "/families/emergency/", SISTERS, follow="main tbody a"),
    Page("families:openings", "/families/openings/", LEADER),
    Page("families:opening", "/families/openings/", LEADER, follow="main tbody a"),
    Page("families:opening_counts", "/families/openings/counts/", INTEGRATOR),
    Page("families:shared", "/families/shared/", PARTNER, is_main=True),
    Page("families:shared_file", "/families/shared/", PARTNER, follow="main tbody a"),
    Page("families:share", "/families/", LEADER, follow="main tbody a >> share"),
    Page("families:withdraw_share", "/families/", LEADER, follow="main tbody a >> a[href$='/withdraw/']"),
    Page("families:mine", "/families/mine/", RESIDENT),
    Page("retention:index", "/retention/", STEWARD),
    Page("missions:index", "/missions/", INTEGRATOR, is_main=True),
    Page("jobs:index", "/jobs/", INTEGRATOR),
    Page("missions:open", "/missions/new/?place=F-900", INTEGRATOR),
    Page("missions:detail", "/missions/", INTEGRATOR, follow="main tbody a"),
    Page("missions:edit", "/missions/", INTEGRATOR, follow="main tbody a >> edit"),
    Page("imports:index", "/imports/", STEWARD, is_main=True),
    Page("imports:upload", "/imports/new/needs/", STEWARD),
    Page("access:index", "/access/", STEWARD),
    Page("access:roles", "/access/roles/", STEWARD),
    Page("access:open_account", "/access/accounts/new/", STEWARD),
    Page("access:grant", "/access/grants/new/", STEWARD),
    Page("access:end", "/access/", STEWARD, follow="main a[href$='/end/']"),
    Page("access:account", "/access/", STEWARD, follow="main tbody a[href*='/accounts/']"),
    Page(
        "access:close_account",
        "/access/",
        STEWARD,
        follow="main tbody a[href*='/accounts/'] >> main a[href$='/close/']",
    ),
    Page("access:invitations", "/access/invitations/?when=all", STEWARD),
    Page("access:invite", "/access/invitations/new/", STEWARD),
    Page("access:my_reset", "/access/my-reset/", STEWARD),
    Page("access:accept_invitation", "/access/invitation/none/", status=404),
    Page("mfa_index", "/accounts/2fa/", RESIDENT),
    Page("mfa_activate_totp", "/accounts/2fa/totp/activate/", RESIDENT),
    Page("mfa_list_webauthn", "/accounts/2fa/webauthn/", RESIDENT),
    Page("mfa_add_webauthn", "/accounts/2fa/webauthn/add/", RESIDENT),
    Page("usersessions_list", "/accounts/sessions/", RESIDENT),
    Page("audit:index", "/audit/", STEWARD),
    Page("audit:event", "/audit/", STEWARD, follow="main tbody a"),
    Page("audit:outside", "/audit/outside/", STEWARD),
    Page("sources:index", "/sources/"),
    Page("api_docs", "/api/docs"),
    Page("tokens:index", "/api/tokens/", INTEGRATOR),
    Page("tokens:issue", "/api/tokens/new/", INTEGRATOR),
    Page("ui:gallery", "/gallery/"),
    Page("account_login", "/accounts/login/?next=/missions/", is_main=True),
    Page("account_signup", "/accounts/signup/"),
    Page("account_reset_password", "/accounts/password/reset/"),
    Page("account_reset_password_done", "/accounts/password/reset/done/"),
    Page("account_reset_password_from_key", "/accounts/password/reset/key/1-none/"),
    Page("account_reset_password_from_key_done", "/accounts/password/reset/key/done/"),
    Page("account_inactive", "/accounts/inactive/"),
    Page("account_change_password", "/accounts/password/change/", INTEGRATOR),
    Page("account_logout", "/accounts/logout/", INTEGRATOR),
    Page("account_reauthenticate", "/accounts/reauthenticate/", INTEGRATOR),
    Page("", "/no/such/page/", status=404),
    Page("", "/missions/", RESIDENT, status=403),
)

NO_PAGES = {
    "picture:export": "a document",
    "services_export": "a document",
    "missions:close": "leads back to the mission",
    "families:close": "leads back to the file",
    "families:reopen": "leads back to the file",
    "families:find": "data for fields that complete what is typed",
    "families:export": "a document",
    "families:pdf": "a document",
    "families:reviews": "a calendar",
    "families:readers_letter": "a document",
    "families:counts_export": "a document",
    "families:add_holder": "leads back to the readers",
    "families:drop_holder": "leads back to the readers",
    "families:justify": "leads back to the file",
    "families:end_own": "leads back to the file",
    "families:end_foreign": "leads back to the opening",
    "families:hold": "leads back to the readers",
    "families:release": "leads back to the readers",
    "families:reading_day": "tested with a reading of its own",
    "retention:make": "leads to the preview",
    "retention:preview": "tested with a file of its own",
    "retention:approve": "leads back to the preview",
    "retention:withdraw": "leads back to the preview",
    "imports:template": "a file",
    "imports:problems": "a file",
    "imports:read_again": "an action",
    "imports:apply": "an action",
    "imports:preview": "tested with a file of its own",
    "set_language": "an action",
    "account_set_password": "leads to the change of the password",
    "account_email": "answers 404: the house has no such page",
    "account_email_verification_sent": "answers 404: the house has no such page",
    "account_confirm_email": "answers 404: the house has no such page",
    "account_confirm_login_code": "answers 404: nobody signs in by a code in an e-mail",
    "socialaccount_connections": "answers 404: the house has no such page",
    "socialaccount_signup": "answers 404: nobody opens an account for themselves",
    "openid_connect_login": "leads to the organisation's sign-in",
    "openid_connect_callback": "leads back from the organisation's sign-in",
    "mfa_authenticate": "needs a second factor: looked at in the journey of signing in",
    "mfa_reauthenticate": "needs a second factor",
    "mfa_reauthenticate_webauthn": "needs a passkey",
    "mfa_view_recovery_codes": "needs a second factor: looked at in the journey of signing in",
    "mfa_generate_recovery_codes": "needs a second factor",
    "mfa_download_recovery_codes": "a file",
    "mfa_deactivate_totp": "needs a second factor",
    "mfa_login_webauthn": "data for the script",
    "mfa_edit_webauthn": "needs a passkey",
    "mfa_remove_webauthn": "needs a passkey",
    "access:follow_invitation": "leads to the invitation",
    "access:resend_invitation": "leads back to the invitations",
    "access:revoke_invitation": "leads back to the invitations",
    "access:ask_reset": "needs somebody with a second factor",
    "access:decide_reset": "needs a reset that waits",
    "jobs:try_again": "leads back to the jobs",
    "health:live": "for machines",
    "health:ready": "for machines",
    "health:metrics": "for machines",
    "tokens:revoke": "tested with a token of its own",
}
"""Addresses without a page of ours, and why; those of data (api:, hsds:) are left out by their prefix."""
DATA = ("api:", "hsds:")
