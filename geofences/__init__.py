"""Where things are: positions in, Placements out.

What others use: `atlas` (ask where positions are), `formats` (GeoJSON in and out), `library` (the
places that ship), and the values `zone`, `corridor`, `placement`, `kinds`, `errors`. Zone files of
any format are read and written by `io.files` and `io.export`, and checked by `checks.lint`.

Nothing is imported here: `kinds`, `placement` and `errors` are used where no geometry may be.
"""
