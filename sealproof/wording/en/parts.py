"""English: what phrases of several codes, or with facts that may be absent, are made of."""

from __future__ import annotations

from typing import Any

from sealproof.wording.phrase import Facts

EVENTS = {
    "unlock_refused": "unlock refused",
    "wrong_card": "wrong card",
    "wrong_password": "wrong password",
}
RESULTS = {
    "sent": "sent to the device",
    "answered": "the device answered",
    "not_connected": "the device is not connected to the gateway",
    "unheard": "no gateway answered",
}


def reason(text: Any) -> str:
    return text or "no reason given"


def number(text: Any) -> str:
    return text or "no number named"


SIGNS = {
    "cover_opened": "its back cover opened",
    "motor_stuck": "its motor stuck",
    "unlock_refused": "an unlock refused",
    "wrong_card": "a wrong card",
    "wrong_password": "a wrong password",
    "fault": "a fault of it",
    "jamming": "jamming",
    "off_route": "off the route",
}
"""What makes tampering of vibration."""


def opened(facts: Facts) -> str:
    return f"opened at {facts['places'] or 'no known place'}"


def minutes(facts: Facts, before: str) -> str:
    return "" if facts["minutes"] is None else f" {before} {facts['minutes']} min"


def utc(offset_min: Any) -> str:
    hours, rest = divmod(abs(offset_min), 60)
    return f"UTC{'-' if offset_min < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def overdue(facts: Facts) -> str:
    goal = f" in {facts['goal']}" if facts["goal"] else ""
    return f"leg {facts['leg']} was to end{goal} by {facts['latest']}"


def contact(facts: Facts) -> str:
    return f" to {facts['contact']}" if facts["contact"] else ""


def attempts(facts: Facts) -> str:
    return "" if facts["attempts"] < 2 else f", {facts['attempts']} attempts"


def crossed(facts: Facts) -> str:
    over = f", over {facts['bridge']}" if facts["bridge"] else ""
    return (
        f"crosses into {facts['country']} away from the planned crossing {facts['planned']}{over}"
    )


def passed(facts: Facts) -> str:
    fixes = facts["fixes"]
    if not fixes:
        return "between two fixes"
    return "with one fix inside" if fixes == 1 else "without a stay"


FAULTS = {
    "zero": "the receiver had no {coordinate}",
    "sign": "the sign of the {coordinate} is lost",
    "swapped": "latitude and longitude are exchanged",
    "satellites": "from no satellites",
    "speed": "no truck gets there",
    "cell": "it is far from the cell that serves the device",
    "course": "it does not move as its receiver tells the course",
    "own_speed": "it does not move as its receiver tells the speed",
    "replayed": "an old track is told again",
    "twin": "a second way goes on there, under the same number",
}
COORDINATES = {
    "lat": "latitude",
    "lon": "longitude",
    "lat,lon": "latitude and longitude",
}


def incredible(facts: Facts) -> str:
    coordinate = COORDINATES.get(facts["coordinate"] or "", "")
    why = str(FAULTS.get(facts["fault"], facts["fault"])).format(coordinate=coordinate)
    said = f"position {facts['told_lat']}, {facts['told_lon']} is not credible: {why}"
    if None in (facts["metres"], facts["seconds"], facts["kmh"]):
        return said
    return (
        f"{said}; {facts['metres'] / 1000:,.1f} km in {facts['seconds']} s, "
        f"{facts['kmh']:,} km/h, since the last believed one"
    )


def redrawn(facts: Facts) -> str:
    now, gone = facts["now_in"], facts["no_longer_in"]
    said = [f"now in {now}"] if now else []
    said += [f"no longer in {gone}"] if gone else []
    return "the zones were redrawn: " + ", ".join(said)


def issued(facts: Facts) -> str:
    held = f", held by {facts['to']}" if facts["to"] else ""
    return f"{facts['count']} seals issued: {facts['first']} to {facts['last']}{held}"


def result(facts: Facts) -> str:
    status = facts["status"]
    said = f"refused: {facts['refusal']}" if status == "refused" else RESULTS.get(status, status)
    return f"{facts['command']} for {facts['device']}: {said}"


def stepped(facts: Facts) -> str:
    seconds = facts["seconds"]
    way = "back" if seconds < 0 else "ahead"
    down = ", while the tracker was down" if facts["restarted"] else ""
    return f"the tracker's own clock was set {way} by {abs(seconds)} s{down}"


def in_doubt(facts: Facts) -> str:
    doubts = ["outside the loading zone"] if facts["outside_loading"] else []
    doubts += ["while moving"] if facts["moving"] else []
    late = facts["minutes_after_loading"]
    doubts += [] if late is None else [f"{late} min after loading"]
    return "sealed " + ", ".join(doubts)


def refused(facts: Facts) -> str:
    said = " and ".join(EVENTS.get(one, one) for one in facts["events"].split(", "))
    if facts["times"] is not None:
        said += f", {facts['times']} times within {facts['within_min']} min"
    if facts["off_route"]:
        said += ", off the route"
    shown = " ".join(filter(None, (facts["credential_kind"], facts["credential"])))
    return f"{said} ({shown})" if shown else said


VERDICTS = {
    "true": "true",
    "false-drift": "false, the receiver drifted",
    "false-detour": "false, a lawful detour",
    "false-delay": "false, a lawful delay",
    "false-device": "false, the device was at fault",
    "false-plan": "false, plan or zones were wrong",
    "test": "a test",
    "unclear": "unclear",
}


def closed(facts: Facts) -> str:
    """Entries from before there were verdicts have none."""
    verdict = facts.get("verdict")
    return f"{VERDICTS.get(verdict, verdict)}: {facts['reason']}" if verdict else facts["reason"]


def limits(facts: Facts) -> str:
    told = [f"until {facts['until']}"] if facts["until"] else []
    told += [] if facts["distance_m"] is None else [f"within {facts['distance_m']:,} m"]
    told += [f"in {facts['in_zone']}"] if facts["in_zone"] else []
    return ", ".join(told)


def accepted(facts: Facts) -> str:
    return f"accepted {limits(facts)}: {closed(facts)}"


def snoozed(facts: Facts) -> str:
    return f"snoozed {limits(facts)}" + after(facts["reason"])


def assigned(facts: Facts) -> str:
    """To whom may be hidden, or erased."""
    return f"assigned to {facts['assignee'] or 'somebody'}" + after(facts["note"])


def acknowledged_before(facts: Facts) -> str:
    return f"acknowledged too, after the first at {facts['first_at']}" + after(facts["note"])


def after(text: str) -> str:
    return f": {text}" if text else ""


def back(did: str, facts: Facts) -> str:
    return f"{did} {facts['back_m'] / 1000:,.1f} km along its route in {facts['minutes']} min"


def between(facts: Facts) -> str:
    seconds = facts["seconds_between"]
    return f", their reports {seconds} s apart" if seconds else ""


def broken_before(facts: Facts) -> str:
    said = ", ".join(filter(None, (facts["state"], facts["events"]))) or "not whole"
    return f"before the shipment it carried seal {facts['number'] or '(no number)'}: {said}"
