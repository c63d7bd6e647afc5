"""The reference pages of the documentation, made from the code: nothing in them is written by hand twice."""
