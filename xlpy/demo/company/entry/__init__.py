"""Documents entered by hand in the demo company, as the entry screens of SL leave them: unreleased."""
