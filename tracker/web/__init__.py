"""The web application: the use cases and queries, as pages for people and as /api/v1 for programs.

    app        puts it together (FastAPI)
    office     what every request works with: records, commands, people
    who        who asks, and what it may
    security/  what holds for every request: origins, limits, headers
    api/       /api/v1
    pages/     what people read
    live/      what browsers are told as it happens
    words/     the texts of the pages, a folder a language

No SQL and no rule here: `tracker.app` has the use cases, and `tracker.app.queries` what is read.
"""
