"""How the processes are put together: the command `hubline`, the local stack, migrations and examples."""
