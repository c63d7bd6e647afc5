"""Fixtures that all tests may ask for."""

from tests.support.office import office

__all__ = ["office"]
