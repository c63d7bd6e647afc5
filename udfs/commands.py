"""The add-in's commands on the command line: importing this declares them (an entry point of evalxl)."""

from udfs.building import build  # isort: skip
from udfs.setting_up import doctor, install, uninstall  # isort: skip
from udfs.bundling import bundle  # isort: skip

__all__ = ["build", "bundle", "doctor", "install", "uninstall"]
