"""Alembic migrations, packed with the program and run when a journal is opened.

To add one: change `tables.py`, then draft it against a database at the revision before

    from alembic import command
    from tracker.adapters.journal import engine, schema
    with engine.writing(engine.connect("sqlite:///old.db")).begin() as connection:
        command.revision(schema.configuration(connection), "what it does",
                         autogenerate=True, rev_id="0002")

check every line of it by hand, and set `schema.NEWEST`.
"""
