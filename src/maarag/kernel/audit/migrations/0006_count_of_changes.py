from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0005_rows_of_the_viewer'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChangeCount',
            fields=[
                ('of_table', models.CharField(max_length=63, primary_key=True, serialize=False, verbose_name='table')),
                ('number', models.BigIntegerField(verbose_name='number')),
            ],
            options={
                'verbose_name': 'count of changes',
                'verbose_name_plural': 'counts of changes',
            },
        ),
    ]
