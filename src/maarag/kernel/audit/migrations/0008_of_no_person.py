from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0007_removed'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(condition=models.Q(('personal', False)), fields=['id'], name='audit_event_of_no_person'),
        ),
    ]
