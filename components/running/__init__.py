"""What the dynamic resources of this program have in common: a clock, progress, an eye on the engine.

Private: nothing here is for other programs.
"""
