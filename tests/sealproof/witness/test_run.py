"""`tracker run` with outsiders configured: they are asked, and hold nothing up."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from sealproof.note import COSIGNATURE, new_signer, parse_skey
from tests.support.product import Product
from tests.support.small_log import SmallLog
from tests.support.tsa import EC, TsaRoot, stamping
from tests.support.waiting import PATIENCE_S
from tests.support.witnesses import witnessing
from tracker import wiring

pytestmark = pytest.mark.e2e
FOR_EVER_S = 10 * PATIENCE_S
"""The silent witness may take so long: whoever waits for it is not done while a test is patient."""


def test_the_intake_does_not_wait_for_outsiders(tmp_path: Path) -> None:
    product = Product(
        tmp_path,
        TRACKER_WITNESS__POLICY=str(tmp_path / "policy.txt"),
        TRACKER_TIMESTAMP__POLICY=str(tmp_path / "policy.txt"),
        TRACKER_WITNESS__TIMEOUT_S=f"{FOR_EVER_S:g}",
        TRACKER_WITNESS__INTERVAL_S="0.5",
        TRACKER_TIMESTAMP__INTERVAL_S="0.5",
        TRACKER_LOG__CHECKPOINT_S="0.3",
    )
    root = TsaRoot(tmp_path / "root")
    log = SmallLog(key=parse_skey((tmp_path / "log.key").read_text()))
    silent_key = new_signer("silent.example/w", COSIGNATURE).verifier.vkey
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,  # accepts, and never says a word
        witnessing(tmp_path, log) as witness,
        stamping(root.issue(EC).reply) as url,
    ):
        (tmp_path / "policy.txt").write_text(
            f"witness silent {silent_key} http://127.0.0.1:{silent.getsockname()[1]}\n"
            f"witness good {witness.key.verifier.vkey} {witness.server.url}\n"
            f"tsa notary root/root.pem {url}\n"
            "quorum good\n"
        )
        with product.running(), product.journal() as journal:
            publish(product, 0)
            product.wait(lambda: len({one.name for one in journal.attestations()}) == 2)
            publish(product, 1)
            product.wait(lambda: journal.counts()["readings"] == 2)
        assert "Traceback" not in product.log
    status = product.documents("witness", "status")
    assert {one["name"]: one["size"] is not None for one in status} == {
        "witness.example/w1": True,
        "notary": True,
        "silent.example/w": False,
    }


def publish(product: Product, number: int) -> None:
    seal = {"state": "sealed", "number": "MX1"}
    said = {"time": f"2025-03-01T08:0{number}:00Z", "lat": 27.5, "lon": -99.5, "seal": seal}
    with wiring.publisher(product.config, f"test-{number}") as publisher:
        publisher.publish(f"seals/v1/SEAL-{number}/telemetry", json.dumps(said).encode())
