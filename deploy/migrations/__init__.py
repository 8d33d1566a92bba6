"""How the databases follow the program: lines of revisions, and what brings a database to the newest one."""
