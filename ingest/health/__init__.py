"""How the devices are: folded from the log, judged by the mode that each gauge is in. Pure.

``fold`` takes readings and vitals one by one into a small state a gauge; ``judge`` makes of all states and the time
what is wrong with whom, since when. Nothing here knows of a database.
"""
