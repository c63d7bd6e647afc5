"""The add-in's commands on the command line: importing this declares them (an entry point of evalxl)."""
