"""Why an alert was raised, and why none was: the record told again, with every rule asked.

told      what is told, as plain values
hearing   tells one shipment's record again, and keeps what the rules weighed
why       the story of an alert
why_not   what was weighed for a kind of alert at a time
"""
