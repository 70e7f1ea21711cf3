"""Who may open which address: one line for each address of the site, and one more where POST asks for more.

A test fails for an address without a line.
"""

from __future__ import annotations

from maarag.kernel.access.permissions import Permission as P

from .arguments import (
    an_event,
    an_invitation,
    at_place,
    due_rule,
    estimate,
    failed_job,
    first_of,
    import_file,
    mission,
    new_estimate,
    new_file,
    new_grant,
    new_invitation,
    new_mission,
    of_a_reset,
    of_an_account,
    pair,
    preview,
    service,
    verdict,
    verdict_form,
)
from .rules import Guarded, Public, Rule, SignedIn, SignIn
from .table_array import ARRAY
from .table_baskets import BASKETS
from .table_casework import CASEWORK
from .table_families import FAMILIES
from .table_funding import FUNDING
from .table_guidance import GUIDANCE
from .table_ledger import LEDGER
from .table_merging import MERGING
from .table_placements import PLACEMENTS
from .table_placements_api import PLACEMENTS_API
from .table_programmes import PROGRAMMES
from .table_referrals import REFERRALS
from .table_rubrics import RUBRICS

TABLE: dict[str, Rule] = {
    **MERGING,
    **RUBRICS,
    **FAMILIES,
    **CASEWORK,
    **REFERRALS,
    **FUNDING,
    **GUIDANCE,
    **ARRAY,
    **BASKETS,
    **LEDGER,
    **PLACEMENTS,
    **PLACEMENTS_API,
    **PROGRAMMES,
    "home:index": Public(),
    "picture:index": Public(statuses=(200, 302)),
    "picture:place": Public(at_place),
    "picture:export": Public(lambda estate: {**at_place(estate), "form": "xlsx"}),
    "picture:row": Public(lambda estate: {**at_place(estate), "topic": "food-security", "unit": "people"}),
    "services:index": Public(),
    "services:detail": Public(service),
    "services:overlaps": Public(),
    "services:create": Guarded(P.EDIT_SERVICES),
    "services:edit": Guarded(P.EDIT_SERVICES, service, of_a_row=True),
    "services:judge": Public(pair),
    "services:judge POST": Guarded(
        P.JUDGE_OVERLAPS,
        pair,
        of_a_row=True,
        method="post",
        data=verdict_form,
        statuses=(200, 302),
    ),
    "needs:index": Public(),
    "needs:detail": Public(estimate),
    "needs:create": Guarded(P.EDIT_NEEDS),
    "needs:edit": Guarded(P.EDIT_NEEDS, estimate, of_a_row=True),
    "needs:remove": Guarded(P.EDIT_NEEDS, estimate, of_a_row=True),
    "retention:index": Guarded(P.VIEW_AUDIT),
    "retention:make": Guarded(P.MANAGE_ACCESS, of_a_row=True, method="post", data=due_rule, statuses=(302,)),
    "retention:preview": Guarded(P.VIEW_AUDIT, preview, of_a_row=True),
    "retention:approve": Guarded(P.MANAGE_ACCESS, preview, of_a_row=True, method="post", statuses=(302,)),
    "retention:withdraw": Guarded(P.MANAGE_ACCESS, preview, of_a_row=True, method="post", statuses=(302,)),
    "missions:index": Guarded(P.OPEN_MISSIONS),
    "missions:open": Guarded(P.OPEN_MISSIONS),
    "missions:detail": Guarded(P.OPEN_MISSIONS, mission, of_a_row=True),
    "missions:edit": Guarded(P.OPEN_MISSIONS, mission, of_a_row=True),
    "missions:close": Guarded(
        P.OPEN_MISSIONS,
        mission,
        of_a_row=True,
        method="post",
        data=lambda estate: {"status": "done", "outcome": "נעשה"},
        statuses=(302,),
    ),
    "imports:index": Guarded(P.IMPORT_DATA),
    "imports:upload": Guarded(P.IMPORT_DATA, lambda estate: {"kind": "needs"}),
    "imports:template": Guarded(P.IMPORT_DATA, lambda estate: {"kind": "needs", "form": "csv"}),
    "imports:preview": Guarded(P.IMPORT_DATA, import_file, of_a_row=True, of_its_owner=True),
    "imports:read_again": Guarded(
        P.IMPORT_DATA, import_file, of_a_row=True, of_its_owner=True, method="post", statuses=(200, 302)
    ),
    "imports:apply": Guarded(
        P.IMPORT_DATA, import_file, of_a_row=True, of_its_owner=True, method="post", statuses=(200, 302, 400)
    ),
    "imports:problems": Guarded(
        P.IMPORT_DATA, lambda estate: {**import_file(estate), "form": "csv"}, of_a_row=True, of_its_owner=True
    ),
    "access:index": Guarded(P.MANAGE_ACCESS),
    "access:roles": SignedIn(),
    "access:open_account": Guarded(P.MANAGE_ACCESS),
    "access:grant": Guarded(P.MANAGE_ACCESS),
    "access:end": Guarded(P.MANAGE_ACCESS, lambda estate: {"pk": estate.grant.pk}, of_a_row=True),
    "access:account": Guarded(P.MANAGE_ACCESS, of_an_account, of_a_row=True),
    "access:close_account": Guarded(P.MANAGE_ACCESS, of_an_account, of_a_row=True),
    "access:ask_reset": Guarded(P.MANAGE_ACCESS, of_an_account, of_a_row=True),
    "access:decide_reset": Guarded(P.MANAGE_ACCESS, of_a_reset, of_a_row=True),
    "access:my_reset": SignedIn(),
    "access:invitations": Guarded(P.MANAGE_ACCESS),
    "access:invite": Guarded(P.MANAGE_ACCESS),
    "access:resend_invitation": Guarded(
        P.MANAGE_ACCESS, an_invitation, of_a_row=True, method="post", statuses=(302,)
    ),
    "access:revoke_invitation": Guarded(
        P.MANAGE_ACCESS, an_invitation, of_a_row=True, method="post", statuses=(302,)
    ),
    "access:accept_invitation": Public(statuses=(404,)),
    "access:follow_invitation": Public(lambda estate: {"token": "none"}, statuses=(302,)),
    "audit:index": Guarded(P.VIEW_AUDIT),
    "audit:outside": Guarded(P.VIEW_AUDIT),
    "audit:event": Guarded(P.VIEW_AUDIT, an_event, of_a_row=True),
    "jobs:index": Guarded(P.VIEW_AUDIT),
    "jobs:try_again": Guarded(
        P.VIEW_AUDIT, failed_job, of_a_row=True, of_its_owner=True, method="post", statuses=(302,)
    ),
    "sources:index": Public(),
    # From this machine itself, without a proxy; from elsewhere see tests/desks/health.
    "health:live": Public(),
    "health:ready": Public(),
    "health:metrics": Public(),
    "ui:gallery": Public(),
    "set_language": Public(method="post", statuses=(302, 204)),
    "api:openapi-json": Public(),
    "api_docs": Public(),
    "tokens:index": SignedIn(),
    "tokens:issue": SignedIn(statuses=(200, 302)),
    "tokens:revoke": SignIn(lambda estate: {"pk": 1}),
    "api:api-root": Public(statuses=(404,)),
    "api:picture": Public(),
    "api:services_search": Public(),
    "api:services_overlaps": Public(),
    "api:services_service": Public(service),
    "api:services_verdict": Guarded(P.JUDGE_OVERLAPS, of_a_row=True, method="json", data=verdict),
    "api:needs_list": Public(),
    "api:needs_list POST": Guarded(
        P.EDIT_NEEDS, of_a_row=True, method="json", data=new_estimate, statuses=(201,)
    ),
    "api:needs_create": Public(),
    "api:need": Public(estimate),
    "api:need_change": Public(estimate),
    "api:need_change PATCH": Guarded(
        P.EDIT_NEEDS, estimate, of_a_row=True, method="patch", data=lambda estate: {"number": 101}
    ),
    "api:need_remove": Public(estimate),
    "api:need_remove DELETE": Guarded(
        P.EDIT_NEEDS, estimate, of_a_row=True, method="delete", query="?reason=why", statuses=(204,)
    ),
    "api:missions_list": Guarded(P.OPEN_MISSIONS),
    "api:missions_open": Guarded(P.OPEN_MISSIONS),
    "api:missions_open POST": Guarded(
        P.OPEN_MISSIONS, of_a_row=True, method="json", data=new_mission, statuses=(201,), refusals=(404, 422)
    ),
    "api:mission": Guarded(P.OPEN_MISSIONS, mission, of_a_row=True),
    "api:mission_change": Guarded(P.OPEN_MISSIONS, mission, of_a_row=True),
    "api:mission_change PATCH": Guarded(
        P.OPEN_MISSIONS, mission, of_a_row=True, method="patch", data=lambda estate: {"title": "לבדוק שוב"}
    ),
    "api:mission_close": Guarded(
        P.OPEN_MISSIONS,
        mission,
        of_a_row=True,
        method="json",
        data=lambda estate: {"status": "done", "outcome": "נעשה"},
    ),
    "api:retention_rules": Guarded(P.VIEW_AUDIT),
    "api:retention_previews": Guarded(P.VIEW_AUDIT),
    "api:places_list": Public(),
    "api:place": Public(at_place),
    "api:taxonomy_topics": Public(),
    "api:taxonomy_terms": Public(),
    "api:taxonomy_term": Public(lambda estate: {"code": "human_services:food"}),
    "api:access_me": SignedIn(),
    "api:access_roles": SignedIn(),
    "api:access_grants": Guarded(P.MANAGE_ACCESS),
    "api:access_accounts": Guarded(
        P.MANAGE_ACCESS,
        method="json",
        data=lambda estate: {"email": "new@example.org", "name": "חדשה"},
        statuses=(201,),
    ),
    "api:access_give": Guarded(P.MANAGE_ACCESS),
    "api:access_give POST": Guarded(
        P.MANAGE_ACCESS, of_a_row=True, method="json", data=new_grant, statuses=(201,)
    ),
    "api:access_end": Guarded(
        P.MANAGE_ACCESS,
        lambda estate: {"pk": estate.grant.pk},
        of_a_row=True,
        method="delete",
        statuses=(204,),
    ),
    "api:access_invitations": Guarded(P.MANAGE_ACCESS),
    "api:access_invite": Guarded(P.MANAGE_ACCESS),
    "api:access_invite POST": Guarded(
        P.MANAGE_ACCESS, of_a_row=True, method="json", data=new_invitation, statuses=(201,)
    ),
    "api:access_resend_invitation": Guarded(
        P.MANAGE_ACCESS, an_invitation, of_a_row=True, method="json", statuses=(200,)
    ),
    "api:access_revoke_invitation": Guarded(
        P.MANAGE_ACCESS, an_invitation, of_a_row=True, method="delete", statuses=(204,)
    ),
    "api:imports_kinds": Guarded(P.IMPORT_DATA),
    "api:imports_upload": Guarded(P.IMPORT_DATA, method="post", data=new_file, statuses=(201,)),
    "api:imports_file": Guarded(P.IMPORT_DATA, import_file, of_a_row=True, of_its_owner=True),
    "api:imports_rows": Guarded(P.IMPORT_DATA, import_file, of_a_row=True, of_its_owner=True),
    "api:imports_apply": Guarded(
        P.IMPORT_DATA,
        import_file,
        of_a_row=True,
        of_its_owner=True,
        method="json",
        query="?mode=all",
        statuses=(200, 409),
    ),
    "api:jobs_list": Guarded(P.VIEW_AUDIT),
    "api:jobs_try_again": Guarded(
        P.VIEW_AUDIT, failed_job, of_a_row=True, of_its_owner=True, method="json", statuses=(200,)
    ),
    "api:audit_list": Guarded(P.VIEW_AUDIT),
    "hsds:about": Public(),
    "hsds:openapi": Public(),
    "hsds:services": Public(),
    "hsds:service": Public(lambda estate: {"identifier": estate.service.code}),
    "hsds:organizations": Public(),
    "hsds:organization": Public(lambda estate: {"identifier": estate.service.organisation.code}),
    "hsds:service_at_locations": Public(),
    "hsds:service_at_location": Public(lambda estate: {"identifier": first_of("service_at_locations")}),
    "hsds:taxonomies": Public(),
    "hsds:taxonomy": Public(lambda estate: {"identifier": first_of("taxonomies")}),
    "hsds:taxonomy_terms": Public(),
    "hsds:taxonomy_term": Public(lambda estate: {"identifier": first_of("taxonomy_terms")}),
    "hsds:nothing": Public(lambda estate: {"address": "no/such"}, statuses=(404,)),
    "account_login": SignIn(),
    "account_logout": SignIn(),
    "account_inactive": SignIn(),
    "account_signup": SignIn(),
    "account_reauthenticate": SignIn(),
    "account_email": SignIn(),
    "account_email_verification_sent": SignIn(),
    "account_change_password": SignIn(),
    "account_set_password": SignIn(),
    "account_reset_password": SignIn(),
    "account_confirm_login_code": SignIn(),
    "account_confirm_email": SignIn(lambda estate: {"key": "none"}),
    "account_reset_password_from_key_done": SignIn(),
    "account_reset_password_from_key": SignIn(lambda estate: {"uidb36": "1", "key": "none"}),
    "account_reset_password_done": SignIn(),
    "mfa_index": SignIn(),
    "mfa_authenticate": SignIn(),
    "mfa_reauthenticate": SignIn(),
    "mfa_activate_totp": SignIn(),
    "mfa_deactivate_totp": SignIn(),
    "mfa_view_recovery_codes": SignIn(),
    "mfa_generate_recovery_codes": SignIn(),
    "mfa_download_recovery_codes": SignIn(),
    "mfa_list_webauthn": SignIn(),
    "mfa_add_webauthn": SignIn(),
    "mfa_reauthenticate_webauthn": SignIn(),
    "mfa_remove_webauthn": SignIn(lambda estate: {"pk": 1}),
    "mfa_edit_webauthn": SignIn(lambda estate: {"pk": 1}),
    "mfa_login_webauthn": SignIn(),
    "usersessions_list": SignIn(),
    "openid_connect_login": SignIn(lambda estate: {"provider_id": "organisation"}),
    "openid_connect_callback": SignIn(lambda estate: {"provider_id": "organisation"}),
    "socialaccount_signup": SignIn(),
    "socialaccount_connections": SignIn(),
}
