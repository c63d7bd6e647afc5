"""The add-in's commands on the command line: importing this declares them (an entry point of evalxl)."""

from udfs.bundling import bundle
from udfs.setting_up import doctor, install, uninstall

__all__ = ["bundle", "doctor", "install", "uninstall"]
