"""Customers and agents as real clients of the public interfaces, and their own records of what happened.

Customers come over HTTP and the chat socket, agents over the gateway. What is lost, doubled or late follows from what
these people wrote down, never from the product's own word alone.
"""
