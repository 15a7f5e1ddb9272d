"""The web server: what every request passes, and what the public pages, the console and the API share.

`server.py` speaks HTTP, `gateway.py` is what every request passes, and `application.py` finds its handler: an ordinary
function, called in a thread, of a `Site` (`site.py`) and a `PageRequest` that was read whole (`page_request.py`).
"""
