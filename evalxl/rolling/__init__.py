"""Roll-ups: sums of any figure by any field over any years, with differences, rates, shares, subtotals.

``loading`` brings sheets in (workbooks, or the Parquet tables of earlier consolidations), each project-year
once; ``fields`` says by what can be rolled up and ``values`` what; ``compute`` adds up; ``shown`` puts the
outcome into a table for the terminal, CSV, JSON or a sheet.

Amounts are exact: they are added as whole numbers of the smallest decimal place that occurs (64 bits where
that is enough, else Python's own), and come out as int, or as Decimal where they are not whole.
"""
