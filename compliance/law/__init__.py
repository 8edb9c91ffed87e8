"""What the law sets: request deadlines, destruction dates, caps and verification levels. Plain Python over tables in `data/`.

The tables are the policy: each row carries its citation and how well its source was checked. The code only reads them.
Nothing here is legal advice; counsel signs off every row before release.
"""
