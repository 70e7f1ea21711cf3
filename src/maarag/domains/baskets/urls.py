from django.urls import path

from .views import above, family, prices, queues, reports, requests, rules, steps

app_name = "baskets"
urlpatterns = [
    path("", queues.index, name="index"),
    path("approvals/", queues.approvals, name="approvals"),
    path("payments/", queues.payments, name="payments"),
    path("above/", above.index, name="above"),
    path("above/<uuid:key>/", above.decide, name="above_request"),
    path("prices/", prices.prices, name="prices"),
    path("limits/", prices.limits_page, name="limits"),
    path("rules/<slug:code>/", rules.rules, name="rules"),
    path("reports/", reports.index, name="reports"),
    path("requests.xlsx", reports.requests_export, name="requests_export"),
    path("reports.<str:form>", reports.export, name="reports_export"),
    path("family/<uuid:pk>/", family.family, name="family"),
    path("family/<uuid:pk>/open/", family.open_new, name="open"),
    path("<uuid:pk>/add/", family.add, name="add"),
    path("<uuid:pk>/money/", family.money, name="money"),
    path("<uuid:pk>/close/", family.close, name="close"),
    path("requests/<uuid:pk>/", requests.detail, name="request"),
    path("requests/<uuid:pk>/edit/", requests.edit, name="edit"),
    path("requests/<uuid:pk>/remove/", steps.remove, name="remove"),
    path("requests/<uuid:pk>/opinion/", steps.opinion, name="opinion"),
    path("requests/<uuid:pk>/above/", steps.above, name="ask_above"),
    path("requests/<uuid:pk>/decide/", steps.decide, name="decide"),
    path("requests/<uuid:pk>/withdraw/", steps.withdraw, name="withdraw"),
    path("requests/<uuid:pk>/order/", steps.order, name="order"),
    path("requests/<uuid:pk>/order.pdf", reports.order_pdf, name="order_pdf"),
    path("requests/<uuid:pk>/delivery/", steps.delivery, name="delivery"),
    path("requests/<uuid:pk>/pay/", steps.pay, name="pay"),
    path("requests/<uuid:pk>/reverse/", steps.reverse, name="reverse"),
    path("requests/<uuid:pk>/swap/", steps.swap, name="swap"),
    path("requests/<uuid:pk>/helped/", steps.helped, name="helped"),
]
