"""Finding events: owns nothing. Everything here is derived from the catalogue and can be built anew at any time.

Two backends stand behind one seam (index.py): PostgreSQL, the default, because a catalogue of some hundred thousand
events is searched well by the server that is there anyway; Meilisearch, for catalogues that outgrow it.
"""
