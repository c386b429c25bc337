"""The detached supervisor; started by `hubline up --detach`."""

from __future__ import annotations

import os
import sys

from deploy.local.serve import detached
from deploy.local.stack import decode_request

if __name__ == "__main__":
    pipe, request = sys.argv[1:]
    sys.exit(0 if detached(int(pipe), decode_request(request), os.environ) else 1)
