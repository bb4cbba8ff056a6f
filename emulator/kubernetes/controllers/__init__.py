"""The controllers and the scheduler: functions from a snapshot of the objects to a plan of changes."""
