from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0006_count_of_changes'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='rowchange',
            index=models.Index(condition=models.Q(('operation', 'D'), ('personal', True)), fields=['authority', 'of_table'], name='audit_change_removed'),
        ),
    ]
