"""What an evaluation workbook is: its forms, its cells and its records. The only place that touches files."""
