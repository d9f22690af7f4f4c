"""Writes a VBA project from its sources: compression, compound file, project streams ([MS-OVBA], [MS-CFB]).

Knows nothing of workbooks; holds no VBA of its own.
"""
