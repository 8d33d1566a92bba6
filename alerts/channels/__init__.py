"""The ways to reach people: one file each, and the table that names them (``alerts.channels.table``)."""
