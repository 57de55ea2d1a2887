"""The words of an index: counted while it is written (counting, phrases), kept in a file of arrays (columns, strings) that
``updating`` brings up to date, and looked up there by text and by pinyin (store).

``corrections`` offers what a query may have been meant to say, ``suggestions`` completes what is being typed;
``pinyin``, ``sounds``, ``shapes`` and ``lattice`` serve them.
"""
