"""Who may use the web application: accounts, how one comes in, and what is given to others.

accounts   users, passwords, tokens; every change is an entry
entering   from a password, a cookie, a token or a link to a viewer
sharing    links to one shipment, and the record of what was read
"""
