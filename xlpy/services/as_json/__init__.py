"""Reports as the JSON of ``--json``: an interface for schedulers and scripts. Renderers, no logic."""
