"""Pictures of zones and of what happened to a shipment there: a web page and a PNG.

`scene` says what is drawn, as plain values; `html` and `png` draw the same scene.
"""
