"""How crews answer without a login: signed links in their messages, and the small endpoint behind them.

``tokens.py`` signs, ``links.py`` gives the links to the dispatch, ``app.py`` serves them; ``alerts/store/answers.py``
keeps what was answered.
"""
