"""The demo's posters, drawn with code: `python -m eventflow.demo.drawing` draws them all anew.

Printed matter rather than illustration: paper, two or three inks, one plate for each, overprinted
where they meet. What is committed beside this in `pictures/` is what it draws; the product reads
only those files, and never this package.
"""
