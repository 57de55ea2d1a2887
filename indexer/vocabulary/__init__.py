"""The words of an index: counted while it is written (counting), kept with their pinyin (store), and what they tell.

``corrections`` offers what a query may have been meant to say, ``suggestions`` completes what is being typed;
``pinyin``, ``shapes`` and ``lattice`` serve them.
"""
