"""How fast evalxl is beside its peers: ratios in one run, on the machine at hand."""
