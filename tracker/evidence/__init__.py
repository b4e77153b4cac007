"""What is handed to strangers: evidence bundles with their report, and receipts.

Everything is built from the journal (`tracker.ports.Records`); `sealproof` reads it again and
trusts none of it.
"""
