"""What a writer means: a parsed query -> what must match, what ranks, and how that is told (trees).

``numerals`` writes numbers in other ways, ``functions`` knows the words for what passages do, ``quotation`` how a text
holds a sentence, ``relaxation`` what is asked when the words together find nothing.
"""
