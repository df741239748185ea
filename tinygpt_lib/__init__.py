"""TinyGPT's library: everything the notebooks teach, kept here once it has been taught.

Data flows one way, a module a concept:

    corpus -> merges -> bpe -> windows -> encoding -> layers -> network -> model -> training -> generation

`tinygpt_lib.course` holds the teaching aids (plots, panels, exercise checks); nothing above imports it.
"""

__version__ = "0.1.0"
