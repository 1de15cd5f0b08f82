"""Measures the shipped speech model against its targets; run by `make eval`.

The tree, the articles and the voice are other rooms: `bench.speech_eval` passes them in.
"""
