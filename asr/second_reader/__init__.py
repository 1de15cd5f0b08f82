"""A slower recogniser that reads an utterance again when the first one was unsure of it."""
