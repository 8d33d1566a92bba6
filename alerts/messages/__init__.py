"""What a message says: from runs of transitions to subject, text and a document for machines. Pure but for its
catalogues.

``compose.py`` is the way in. A rule's words are a section ``[rules.NAME]`` of the catalogues in alerts/texts and, where
they need more than the figures of its transitions, a row in ``wording.py``. A rule without a section is told in general
words.
"""
