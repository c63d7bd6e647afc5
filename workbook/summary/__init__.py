"""The summary book (集約結果), written with XlsxWriter from plain data.

``model`` says what it shows, ``book.write`` writes it. The sheets: 概要, 一覧, 部課別, 施策別, 予算科目別,
財源別, コスト, 指標, 評価, 方向性, 検証結果, 受付簿. Works in Excel 2016 and later: no dynamic
arrays, no newer functions.
"""
