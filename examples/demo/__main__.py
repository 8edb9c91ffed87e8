"""`make demo`: the whole path without a hand on the keyboard, over HTTP. Exits 0 only when the certificate verifies."""

import sys

import httpx

from examples.demo.walk import NotSeenError, Walk


def main() -> int:
    walk = Walk(say=lambda line: print(f"     {line}", flush=True))
    steps = (
        walk.scan_is_denied,
        walk.person_signs,
        walk.scan_runs,
        walk.person_asks,
        walk.officer_approves,
        walk.everything_is_gone,
        walk.document_verifies,
    )
    for number, step in enumerate(steps, 1):
        print(f"{number}/{len(steps)}  {step.__doc__}", flush=True)
        try:
            step()
        except (NotSeenError, httpx.HTTPError, LookupError, RuntimeError) as error:
            print(f"     FAILED: {error}", file=sys.stderr, flush=True)
            return 1
    print(f"The certificate and its JSON twin are in {walk.var.name}/demo.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
