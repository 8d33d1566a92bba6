"""The only place where objects are made: which parts, with which settings, in which order.

One file a service, so that a service alone loads only what it needs.
"""
