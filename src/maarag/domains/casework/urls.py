from django.urls import path

from . import exports
from .views import plan

app_name = "casework"
urlpatterns = [
    path("<uuid:pk>/plan/", plan.plan, name="plan"),
    path("<uuid:pk>/plan/versions/", plan.versions, name="versions"),
    path("<uuid:pk>/plan.<str:form>", exports.plan, name="print"),
    path("<uuid:pk>/plan/draft/", plan.begin_draft, name="begin_draft"),
    path("<uuid:pk>/plan/draft/discard/", plan.discard, name="discard"),
    path("<uuid:pk>/plan/agree/", plan.agree, name="agree"),
    path("<uuid:pk>/goals/new/", plan.add_goal, name="add_goal"),
    path("<uuid:pk>/goals/<uuid:row>/edit/", plan.edit_goal, name="edit_goal"),
    path("<uuid:pk>/goals/<uuid:row>/state/", plan.goal_state, name="goal_state"),
    path("<uuid:pk>/items/new/", plan.new_item, name="add_item"),
    path("<uuid:pk>/items/<uuid:row>/edit/", plan.edit_item, name="change_item"),
    path("<uuid:pk>/items/<uuid:row>/remove/", plan.drop_item, name="remove_item"),
    path("<uuid:pk>/items/<uuid:row>/progress/", plan.progress, name="progress"),
]
