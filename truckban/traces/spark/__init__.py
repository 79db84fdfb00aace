"""The same check on many machines: PySpark spreads files and vehicles, and every row goes through the functions of one machine.

Nothing here but `session`, `job` and `check` needs PySpark (extra `spark`).
"""
