"""SL documents as the plan holds them, how they are put into SL batches, and the plan itself."""
