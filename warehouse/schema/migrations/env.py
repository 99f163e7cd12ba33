"""What Alembic runs for every command: one store's migrations over the connection it was handed."""

from alembic import context

given = context.config.attributes
context.configure(
    connection=given["connection"],
    version_table=given["version_table"],
    version_table_schema=given["store"].schema,
)
context.run_migrations(store=given["store"].name)
