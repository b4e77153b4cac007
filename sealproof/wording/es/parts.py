"""Spanish: what phrases of several codes, or with facts that may be absent, are made of."""

from __future__ import annotations

from typing import Any

from sealproof.wording.phrase import Facts

EVENTS = {
    "unlock_refused": "apertura rechazada",
    "wrong_card": "tarjeta equivocada",
    "wrong_password": "contraseña equivocada",
}
KINDS = {
    "seal_opened": "sello abierto",
    "seal_tampered": "sello violado",
    "seal_sealing": "sellado dudoso",
    "seal_number": "número de sello",
    "seal_resealed": "sello cambiado",
    "seal_unsealed_departure": "salida sin sello",
    "seal_continuity": "continuidad del sello",
    "seal_release": "liberación del sello",
    "seal_fault": "falla del candado",
    "seal_silent": "sello sin reporte",
    "seal_without_shipment": "sello sin embarque",
    "unlock_refused": "apertura rechazada",
    "likely_theft": "probable robo",
    "route_deviation": "desvío de la ruta",
    "wrong_crossing": "cruce equivocado",
    "unplanned_stop": "parada no programada",
    "turning_back": "dio vuelta en ruta",
    "backtracking": "retroceso",
    "waypoint": "punto de paso",
    "devices_apart": "dispositivos separados",
    "restricted_zone": "zona restringida",
    "silence": "sin señal",
    "slow_reporting": "reportes espaciados",
    "jamming": "inhibidor de señal (jammer)",
    "position_not_credible": "posición no creíble",
    "position_lost": "posición perdida",
    "position_frozen": "posición congelada",
    "battery": "batería",
    "clock_off": "reloj fuera de hora",
    "overdue": "retraso",
    "handover_mismatch": "entrega de custodia que no coincide",
    "handover_not_accepted": "custodia no aceptada",
    "unknown_device": "dispositivo desconocido",
    "not_understood": "mensaje ilegible",
    "notice_undelivered": "aviso sin entregar",
    "rule_failed": "falla de una regla",
}
"""Kinds of alert (`tracker.domain.alert`)."""

SIGNS = {
    "cover_opened": "su tapa trasera abierta",
    "motor_stuck": "su motor trabado",
    "unlock_refused": "una apertura rechazada",
    "wrong_card": "una tarjeta equivocada",
    "wrong_password": "una contraseña equivocada",
    "fault": "una falla suya",
    "jamming": "un inhibidor de señal",
    "off_route": "fuera de la ruta",
}
"""What makes tampering of vibration."""

VERDICTS = {
    "true": "verdadera",
    "false-drift": "falsa, el receptor derivó",
    "false-detour": "falsa, un desvío justificado",
    "false-delay": "falsa, una demora justificada",
    "false-device": "falsa, falló el dispositivo",
    "false-plan": "falsa, el plan o las zonas estaban mal",
    "test": "una prueba",
    "unclear": "sin aclarar",
}

RESULTS = {
    "sent": "enviada al dispositivo",
    "answered": "el dispositivo contestó",
    "not_connected": "el dispositivo no está conectado al gateway",
    "unheard": "ningún gateway contestó",
}


def reason(text: Any) -> str:
    return text or "sin motivo declarado"


def number(text: Any) -> str:
    return text or "un número que nadie declaró"


def opened(facts: Facts) -> str:
    return f"abierto en {facts['places'] or 'ningún lugar conocido'}"


def minutes(facts: Facts, before: str) -> str:
    return "" if facts["minutes"] is None else f" {before} {facts['minutes']} min"


def contact(facts: Facts) -> str:
    return f" a {facts['contact']}" if facts["contact"] else ""


def attempts(facts: Facts) -> str:
    return "" if facts["attempts"] < 2 else f", {facts['attempts']} intentos"


def utc(offset_min: Any) -> str:
    hours, rest = divmod(abs(offset_min), 60)
    return f"UTC{'-' if offset_min < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def overdue(facts: Facts) -> str:
    goal = f" en {facts['goal']}" if facts["goal"] else ""
    return f"el tramo {facts['leg']} debía terminar{goal} a más tardar {facts['latest']}"


def crossed(facts: Facts) -> str:
    over = f", por {facts['bridge']}" if facts["bridge"] else ""
    return f"cruza a {facts['country']} fuera del cruce programado, {facts['planned']}{over}"


def passed(facts: Facts) -> str:
    fixes = facts["fixes"]
    if not fixes:
        return "entre dos posiciones"
    return "con una sola posición dentro" if fixes == 1 else "sin detenerse"


FAULTS = {
    "zero": "el receptor no tenía {coordinate}",
    "sign": "se perdió el signo de {coordinate}",
    "swapped": "latitud y longitud están intercambiadas",
    "satellites": "sin ningún satélite",
    "speed": "ningún camión llega ahí en ese tiempo",
    "cell": "está lejos de la antena celular que atiende al dispositivo",
    "course": "no se mueve en el rumbo que dice su receptor",
    "own_speed": "no se mueve a la velocidad que dice su receptor",
    "replayed": "se repite un recorrido viejo",
    "twin": "ahí sigue un segundo recorrido, con el mismo número",
}
COORDINATES = {
    "lat": "latitud",
    "lon": "longitud",
    "lat,lon": "latitud y longitud",
}


def incredible(facts: Facts) -> str:
    coordinate = COORDINATES.get(facts["coordinate"] or "", "")
    why = str(FAULTS.get(facts["fault"], facts["fault"])).format(coordinate=coordinate)
    text = f"la posición {facts['told_lat']}, {facts['told_lon']} no es creíble: {why}"
    if None in (facts["metres"], facts["seconds"], facts["kmh"]):
        return text
    return (
        f"{text}; {facts['metres'] / 1000:,.1f} km en {facts['seconds']} s, "
        f"{facts['kmh']:,} km/h, desde la última creíble"
    )


def redrawn(facts: Facts) -> str:
    now, gone = facts["now_in"], facts["no_longer_in"]
    parts = [f"ahora en {now}"] if now else []
    parts += [f"ya no en {gone}"] if gone else []
    return "se redibujaron las zonas: " + ", ".join(parts)


def issued(facts: Facts) -> str:
    held = f", en poder de {facts['to']}" if facts["to"] else ""
    return f"se entregaron {facts['count']} sellos: {facts['first']} a {facts['last']}{held}"


def result(facts: Facts) -> str:
    status = facts["status"]
    text = RESULTS.get(status, status)
    if status == "refused":
        text = f"rechazada: {facts['refusal']}"
    return f"{facts['command']} para {facts['device']}: {text}"


def stepped(facts: Facts) -> str:
    seconds = facts["seconds"]
    way = "se atrasó" if seconds < 0 else "se adelantó"
    down = ", mientras el rastreador estaba detenido" if facts["restarted"] else ""
    return f"el reloj del propio rastreador {way} {abs(seconds)} s{down}"


def in_doubt(facts: Facts) -> str:
    doubts = ["fuera de la zona de carga"] if facts["outside_loading"] else []
    doubts += ["en movimiento"] if facts["moving"] else []
    late = facts["minutes_after_loading"]
    doubts += [] if late is None else [f"{late} min después de cargar"]
    return "sellado " + ", ".join(doubts)


def refused(facts: Facts) -> str:
    text = " y ".join(EVENTS.get(event, event) for event in facts["events"].split(", "))
    if facts["times"] is not None:
        text += f", {facts['times']} veces en {facts['within_min']} min"
    if facts["off_route"]:
        text += ", fuera de la ruta"
    shown = " ".join(filter(None, (facts["credential_kind"], facts["credential"])))
    return f"{text} ({shown})" if shown else text


def closed(facts: Facts) -> str:
    """Entries from before there were verdicts have none."""
    verdict = facts.get("verdict")
    return f"{VERDICTS.get(verdict, verdict)}: {facts['reason']}" if verdict else facts["reason"]


def limits(facts: Facts) -> str:
    told = [f"hasta {facts['until']}"] if facts["until"] else []
    told += [] if facts["distance_m"] is None else [f"dentro de {facts['distance_m']:,} m"]
    told += [f"en {facts['in_zone']}"] if facts["in_zone"] else []
    return ", ".join(told)


def accepted(facts: Facts) -> str:
    return f"aceptada {limits(facts)}: {closed(facts)}"


def snoozed(facts: Facts) -> str:
    return f"pospuesta {limits(facts)}" + after(facts["reason"])


def assigned(facts: Facts) -> str:
    """To whom may be hidden, or erased."""
    return f"asignada a {facts['assignee'] or 'alguien'}" + after(facts["note"])


def acknowledged_before(facts: Facts) -> str:
    return f"también la atiende alguien más; el primero, {facts['first_at']}" + after(facts["note"])


def after(text: str) -> str:
    return f": {text}" if text else ""


def kinds(names: str) -> str:
    return ", ".join(KINDS.get(name, name) for name in names.split(", "))


def back(did: str, facts: Facts) -> str:
    return f"{did} {facts['back_m'] / 1000:,.1f} km sobre su ruta en {facts['minutes']} min"


def between(facts: Facts) -> str:
    seconds = facts["seconds_between"]
    return f", con {seconds} s entre sus reportes" if seconds else ""


def broken_before(facts: Facts) -> str:
    text = ", ".join(filter(None, (facts["state"], facts["events"]))) or "no íntegro"
    return f"antes del embarque traía el sello {facts['number'] or '(sin número)'}: {text}"
