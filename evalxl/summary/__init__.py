"""What the summary book shows, from the rows of all sheets: tables, roll-ups, counts, notices."""
