"""The add-in's commands on the command line: importing this declares them (an entry point of evalxl)."""

from udfs.setting_up import doctor, install, uninstall

__all__ = ["doctor", "install", "uninstall"]
