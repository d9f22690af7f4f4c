"""One module per ribbon button: each joins Manage, SL and the rules of the domain into one step of the job.

Knows no Excel: takes typed inputs and returns frozen reports that sheets, JSON and text only render.
"""
