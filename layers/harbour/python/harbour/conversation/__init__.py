"""The conversation: its states, its messages, who is present, and the promise that none is ever lost.

Read in this order: :mod:`model` (values and transitions), :mod:`watch` (the timers' rules), :mod:`ports`,
:mod:`service` (what a visitor and an officer do on the socket), :mod:`desk` (the officers' queue), and
:mod:`protocol` (the frames).
"""
