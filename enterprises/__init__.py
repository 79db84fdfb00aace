"""Who loads the trucks: the published list of source enterprises, its versions, their names and their sites.

Knows nothing of zones, of the law or of the web.
"""
