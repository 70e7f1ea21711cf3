"""Addresses of this app; the names are those of HSDS, with and without a slash at the end."""

from __future__ import annotations

from django.urls import path, re_path

from . import views

app_name = "hsds"
_LISTS = {
    "services": (views.services, views.service, "service"),
    "organizations": (views.organizations, views.organization, "organization"),
    "service_at_locations": (views.service_at_locations, views.service_at_location, "service_at_location"),
    "taxonomies": (views.taxonomies_list, views.taxonomy, "taxonomy"),
    "taxonomy_terms": (views.taxonomy_terms, views.taxonomy_term, "taxonomy_term"),
}
urlpatterns = [
    path("", views.about, name="about"),
    path("openapi.json", views.openapi, name="openapi"),
]
for _name, (_many, _one, _singular) in _LISTS.items():
    urlpatterns += [
        re_path(rf"^{_name}/?$", _many, name=_name),
        re_path(rf"^{_name}/(?P<identifier>[^/]{{1,200}})/?$", _one, name=_singular),
    ]
urlpatterns.append(re_path(r"^(?P<address>.+)$", views.nothing, name="nothing"))
