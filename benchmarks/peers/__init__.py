"""The engines that are measured, ours and its peers, behind one small interface.

Every peer is a module with ``build(corpus, folder, analyzer)``, which ``python -m benchmarks.peers NAME CORPUS FOLDER`` runs
in a process of its own, and a class that opens the folder. All get the tokens of the same analyzer; a record is known by its
line in the corpus, counted from 1.
"""
