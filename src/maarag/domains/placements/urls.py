from django.urls import path

from .views import board, carrying, exported, fairness, families, proposals, runs, waiting, weighing, whole

app_name = "placements"
urlpatterns = [
    path("", runs.index, name="index"),
    path("new/", runs.new, name="new"),
    path("waiting/", waiting.lists, name="waiting"),
    path("waiting.<str:form>", waiting.export, name="waiting_export"),
    path("runs/<uuid:pk>/", board.review, name="run"),
    path("runs/<uuid:pk>/progress/", runs.progress, name="progress"),
    path("runs/<uuid:pk>/again/", runs.again, name="again"),
    path("runs/<uuid:pk>/cancel/", runs.cancel, name="cancel"),
    path("runs/<uuid:pk>/whole/", whole.whole, name="whole"),
    path("runs/<uuid:pk>/whole.<str:form>", exported.whole_file, name="whole_export"),
    path("runs/<uuid:pk>/fairness/", fairness.report, name="fairness"),
    path("runs/<uuid:pk>/fairness/explain/", fairness.remark, name="remark"),
    path("runs/<uuid:pk>/compare/", whole.compare_runs, name="compare"),
    path("runs/<uuid:pk>/carry-out/", carrying.carry, name="carry_out"),
    path("runs/<uuid:pk>/proposals.<str:form>", exported.board_file, name="export"),
    path("proposals/<uuid:pk>/", proposals.proposal, name="proposal"),
    path("proposals/<uuid:pk>/accept/", proposals.accept, name="accept"),
    path("proposals/<uuid:pk>/override/", proposals.override, name="override"),
    path("proposals/<uuid:pk>/undo/", proposals.undo, name="undo"),
    path("family/<uuid:pk>/", families.family, name="family"),
    path("family/<uuid:pk>/wait/<slug:programme>/", families.put_waiting, name="wait"),
    path("family/<uuid:pk>/place/<int:quota>/", families.give, name="give"),
    path("family/<uuid:pk>/consider/", weighing.consider_new, name="consider"),
    path("waits/<uuid:pk>/", families.edit_waiting, name="change_waiting"),
    path("waits/<uuid:pk>/end/", families.end_waiting, name="stop_waiting"),
    path("alternatives/<uuid:pk>/", weighing.alternative, name="alternative"),
    path("alternatives/<uuid:pk>/options/new/", weighing.option_new, name="add_option"),
    path("alternatives/<uuid:pk>/decide/", weighing.choose, name="choose"),
    path("options/<uuid:pk>/", weighing.option_edit, name="option"),
]
