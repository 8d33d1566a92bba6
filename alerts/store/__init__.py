"""The alerts in the database of the present: all tables in one file, the transactions in one file each."""
