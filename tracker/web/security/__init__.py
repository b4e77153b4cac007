"""What holds for every request, whoever asks.

headers   what browsers must not do with our pages; under which names we answer
bodies    how much may be sent
limits    how often
csrf      that a write comes from a page of ours
"""
