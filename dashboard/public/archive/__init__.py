"""What was observed, as files for everyone: a CSV a day of all stations, a CSV a month of each, and its whole history.

Written beside the site in small turns by ``keeper``: from the log it learns which days changed, from the history of the
store what they hold now.
"""
