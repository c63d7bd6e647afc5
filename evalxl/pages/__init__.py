"""Pages for citizens: what is left out, the scan for what must not get out, the pages, open data."""
