"""A real server under load, one module for each kind of it: residents who think, a flood, senders who never finish, locks.

Whatever asks runs in processes of its own, so that neither the server nor another measurement waits for it.
"""
