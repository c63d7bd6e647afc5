"""Papers for the council: one A4 page for each measure, written with XlsxWriter."""
