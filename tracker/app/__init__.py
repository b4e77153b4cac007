"""The use cases: what the faces (CLI, pages to come) call, and nothing they could do without.

ingest        take a batch of telemetry -> decode -> place -> step -> commit -> acknowledge
commands      what people declare: one command -> step -> commit
unit_of_work  what one batch or command will change, computed on top of itself
shipments     the registry: which shipments are known, their plans and states
planning      from a shipment as declared, and the zones on file, to its plan
placement     where the readings of a batch were
zone_changes  zones that change while trucks are under way
backtest      history told again under other zones, policy or rules
erasure       what names people, erased without breaking a proof
queries/      the read side: views, alerts, entries, the scene of a map
trust/        signing, attestation, rotation, receipts, export, the check of the log
"""
