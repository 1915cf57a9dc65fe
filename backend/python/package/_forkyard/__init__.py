"""Forkyard's Python side: it puts the engine in place of `multiprocessing` and records what the program does.

A `.pth` file of the environment imports `_forkyard.boot` when the interpreter starts; nothing else imports this package
by itself. Programs never import it: they import `multiprocessing` and get the engine.
"""
