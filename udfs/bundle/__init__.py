"""The offline folder: all that a PC without a network needs, for a share or a USB stick."""
