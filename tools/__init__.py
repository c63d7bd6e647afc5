"""Tools for those who work on evalxl; none of them is installed with it."""
