"""Pictures beside alerts: the still nearest to a change is tied to it, and goes along with the message.

``witness.py`` looks for it when a change is recorded and ``second_look.py`` once more some minutes later; ``photo.py``
makes of it what may leave the house. A picture is an addition: none of it holds up or changes an alert or a message.
"""
