"""`python -m streams.routing.explainer`: recomputes from the log why a contact went where it went, on demand.

It follows nothing and writes nothing: between questions it reads nothing at all.
"""

from __future__ import annotations

from runtime.credential_store import PostgresCredentialStore
from runtime.credentials import BearerVerifier
from runtime.kafka import KafkaConnection
from runtime.measured import Measured
from runtime.postgres import connect_pool
from runtime.process import Context, run
from runtime.server import serving
from runtime.topics_check import check_patiently
from streams.routing.explainer_app import ExplainerApp, route_of
from streams.routing.past import Past


async def main(context: Context) -> None:
    """Serves until told to stop."""
    settings, clock = context.settings, context.clock
    await check_patiently(settings.kafka, clock)
    reader = KafkaConnection(settings.kafka, clock, context.instance).reader()
    try:
        async with connect_pool(settings.postgres) as pool:
            verifier = BearerVerifier(PostgresCredentialStore(pool), clock)
            app = ExplainerApp(Past(reader, clock, settings.explainer), verifier, context.log)
            measured = Measured(app, clock, context.metrics, route_of)
            async with serving(measured, settings.process.bind, settings.explainer.port) as port:
                context.log.info("explainer.listening", port=port)
                context.health.set_ready("serving")
                await context.stop.wait()
                context.health.set_ready("stop", "stopping")
    finally:
        await reader.stop()


if __name__ == "__main__":
    run("explainer", main)
