"""Spanish, as it is spoken on the Mexican side of the border: a phrase for each code of
`tracker.domain.codes`. Each takes the same facts as its English one (`en`).
"""

from __future__ import annotations

from typing import Any

from sealproof.wording.phrase import Facts, Phrases

_EVENTS = {
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
    "seal_silent": "sello sin noticias",
    "seal_without_shipment": "sello sin embarque",
    "unlock_refused": "apertura rechazada",
    "likely_theft": "probable robo",
    "route_deviation": "desvío de la ruta",
    "wrong_crossing": "cruce equivocado",
    "unplanned_stop": "parada no planeada",
    "turning_back": "regreso",
    "backtracking": "retroceso",
    "waypoint": "punto de paso",
    "devices_apart": "dispositivos separados",
    "restricted_zone": "zona restringida",
    "silence": "silencio",
    "slow_reporting": "reportes espaciados",
    "jamming": "inhibidor de señal",
    "position_not_credible": "posición no creíble",
    "position_lost": "posición perdida",
    "position_frozen": "posición congelada",
    "battery": "batería",
    "clock_off": "reloj equivocado",
    "overdue": "retraso",
    "handover_mismatch": "entrega que no coincide",
    "handover_not_accepted": "entrega no aceptada",
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
    "false-detour": "falsa, un desvío lícito",
    "false-delay": "falsa, una demora lícita",
    "false-device": "falsa, falló el dispositivo",
    "false-plan": "falsa, el plan o las zonas estaban mal",
    "test": "una prueba",
    "unclear": "sin aclarar",
}

_RESULTS = {
    "sent": "enviada al dispositivo",
    "answered": "el dispositivo contestó",
    "not_connected": "el dispositivo no está conectado al gateway",
    "unheard": "ningún gateway contestó",
}


def _reason(text: Any) -> str:
    return text or "sin motivo declarado"


def _number(text: Any) -> str:
    return text or "un número que nadie dijo"


def _opened(facts: Facts) -> str:
    return f"abierto en {facts['places'] or 'ningún lugar conocido'}"


def _minutes(facts: Facts, before: str) -> str:
    return "" if facts["minutes"] is None else f" {before} {facts['minutes']} min"


def _contact(facts: Facts) -> str:
    return f" a {facts['contact']}" if facts["contact"] else ""


def _attempts(facts: Facts) -> str:
    return "" if facts["attempts"] < 2 else f", {facts['attempts']} intentos"


def _utc(offset_min: Any) -> str:
    hours, rest = divmod(abs(offset_min), 60)
    return f"UTC{'-' if offset_min < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def _overdue(facts: Facts) -> str:
    goal = f" en {facts['goal']}" if facts["goal"] else ""
    return f"el tramo {facts['leg']} debía terminar{goal} a más tardar {facts['latest']}"


def _crossed(facts: Facts) -> str:
    over = f", por {facts['bridge']}" if facts["bridge"] else ""
    return f"cruza a {facts['country']} fuera del cruce planeado, {facts['planned']}{over}"


def _passed(facts: Facts) -> str:
    fixes = facts["fixes"]
    if not fixes:
        return "entre dos posiciones"
    return "con una sola posición dentro" if fixes == 1 else "sin detenerse"


_FAULTS = {
    "zero": "el receptor no tenía {coordinate}",
    "sign": "se perdió el signo de {coordinate}",
    "swapped": "latitud y longitud están intercambiadas",
    "satellites": "sin ningún satélite",
    "speed": "ningún camión llega ahí en ese tiempo",
    "cell": "está lejos de la celda que atiende al dispositivo",
    "course": "no se mueve hacia donde su receptor dice el rumbo",
    "own_speed": "no se mueve a la velocidad que dice su receptor",
    "replayed": "se repite un recorrido viejo",
    "twin": "ahí sigue un segundo recorrido, con el mismo número",
}
_COORDINATES = {
    "lat": "latitud",
    "lon": "longitud",
    "lat,lon": "latitud y longitud",
}


def _incredible(facts: Facts) -> str:
    coordinate = _COORDINATES.get(facts["coordinate"] or "", "")
    why = str(_FAULTS.get(facts["fault"], facts["fault"])).format(coordinate=coordinate)
    text = f"la posición {facts['told_lat']}, {facts['told_lon']} no es creíble: {why}"
    if None in (facts["metres"], facts["seconds"], facts["kmh"]):
        return text
    return (
        f"{text}; {facts['metres'] / 1000:,.1f} km en {facts['seconds']} s, "
        f"{facts['kmh']:,} km/h, desde la última creíble"
    )


def _redrawn(facts: Facts) -> str:
    now, gone = facts["now_in"], facts["no_longer_in"]
    parts = [f"ahora en {now}"] if now else []
    parts += [f"ya no en {gone}"] if gone else []
    return "se redibujaron las zonas: " + ", ".join(parts)


def _issued(facts: Facts) -> str:
    held = f", en poder de {facts['to']}" if facts["to"] else ""
    return f"se entregaron {facts['count']} sellos: {facts['first']} a {facts['last']}{held}"


def _result(facts: Facts) -> str:
    status = facts["status"]
    text = _RESULTS.get(status, status)
    if status == "refused":
        text = f"rechazada: {facts['refusal']}"
    return f"{facts['command']} para {facts['device']}: {text}"


def _stepped(facts: Facts) -> str:
    seconds = facts["seconds"]
    way = "se atrasó" if seconds < 0 else "se adelantó"
    down = ", mientras el rastreador estaba detenido" if facts["restarted"] else ""
    return f"el reloj del propio rastreador {way} {abs(seconds)} s{down}"


def _in_doubt(facts: Facts) -> str:
    doubts = ["fuera de la zona de carga"] if facts["outside_loading"] else []
    doubts += ["en movimiento"] if facts["moving"] else []
    late = facts["minutes_after_loading"]
    doubts += [] if late is None else [f"{late} min después de cargar"]
    return "sellado " + ", ".join(doubts)


def _refused(facts: Facts) -> str:
    text = " y ".join(_EVENTS.get(event, event) for event in facts["events"].split(", "))
    if facts["times"] is not None:
        text += f", {facts['times']} veces en {facts['within_min']} min"
    if facts["off_route"]:
        text += ", fuera de la ruta"
    shown = " ".join(filter(None, (facts["credential_kind"], facts["credential"])))
    return f"{text} ({shown})" if shown else text


def _closed(facts: Facts) -> str:
    """Entries from before there were verdicts have none."""
    verdict = facts.get("verdict")
    return f"{VERDICTS.get(verdict, verdict)}: {facts['reason']}" if verdict else facts["reason"]


def _accepted(facts: Facts) -> str:
    limits = [f"hasta {facts['until']}"] if facts["until"] else []
    limits += [] if facts["distance_m"] is None else [f"dentro de {facts['distance_m']:,} m"]
    limits += [f"en {facts['in_zone']}"] if facts["in_zone"] else []
    return f"aceptada {', '.join(limits)}: {_closed(facts)}"


def _kinds(names: str) -> str:
    return ", ".join(KINDS.get(name, name) for name in names.split(", "))


def _back(did: str, facts: Facts) -> str:
    return f"{did} {facts['back_m'] / 1000:,.1f} km sobre su ruta en {facts['minutes']} min"


def _between(facts: Facts) -> str:
    seconds = facts["seconds_between"]
    return f", con {seconds} s entre sus reportes" if seconds else ""


def _broken_before(facts: Facts) -> str:
    text = ", ".join(filter(None, (facts["state"], facts["events"]))) or "no íntegro"
    return f"antes del embarque llevaba el sello {facts['number'] or '(sin número)'}: {text}"


PHRASES: Phrases = {
    # The record
    "shipment_opened": "se abre el embarque",
    "shipment_amended": "se modifica {changed}: {reason}",
    "delivered": lambda f: f["reason"] or "entregado",
    "given_up": lambda f: f"se da por perdido: {_reason(f['reason'])}",
    "closing_corrected": lambda f: (
        f"se corrige su cierre{', el número leído fue ' + f['number'] if f['number'] else ''}: "
        f"{f['reason']}"
    ),
    "record_handed_out": "se entregó el expediente, {entries} asientos",
    "readings_bound": "{fresh} lecturas desde el último asiento, {readings} en total",
    "zones_in_force": "{zones} zonas y {corridors} corredores, versión {version}",
    "zones_redrawn": _redrawn,
    "key_rotated": "de aquí en adelante otra llave firma la bitácora",
    "host_clock_stepped": _stepped,
    "data_erased": "se borraron {values} datos personales: {reason}",
    "rule_failed": "falló la regla {rule}: {error}",
    # The journey
    "zone_entered": "entra a {name}",
    "zone_left": lambda f: f"sale de {f['name']}{_minutes(f, 'después de')}",
    "zone_passed": lambda f: f"pasa por {f['name']} {_passed(f)}",
    "leg_completed": "terminó el tramo {leg} de {legs}",
    "leg_overdue": _overdue,
    "delay_excused": lambda f: (
        f"el tramo {f['leg']} queda disculpado hasta {f['until']}: {_reason(f['reason'])}"
    ),
    "delay_is_excused": "está disculpado hasta {until}",
    "arrived": "llegó",
    "off_corridor": lambda f: f"{f['offset_m']:,} m fuera del corredor{_minutes(f, 'durante')}",
    "back_on_corridor": "de vuelta en el corredor",
    "standing_unplanned": "lleva {minutes} min detenido donde no hay parada planeada",
    "standing_asleep": (
        "lleva {minutes} min detenido donde no hay parada planeada, según lo último que dijo su "
        "dispositivo, que duerme"
    ),
    "standing_first_mile": (
        "lleva {minutes} min detenido, tan cerca de su origen que no se espera ninguna parada"
    ),
    "standing_last_mile": (
        "lleva {minutes} min detenido, tan cerca de su destino que no se espera ninguna parada"
    ),
    "fell_back": lambda f: _back("ha retrocedido", f),
    "turned_back": lambda f: _back("dio la vuelta y ha regresado", f),
    "heading_home": lambda f: _back("va sellado de regreso a su origen:", f),
    "came_home": lambda f: _back("volvió sellado a su origen:", f),
    "on_its_way_again": "va otra vez en camino",
    "waypoint_missed": "pasa {name} de largo, sin entrar",
    "waypoint_out_of_order": "entra a {name} antes que a {before}",
    "waypoint_reached": "al fin entra ahí",
    "devices_apart": lambda f: (
        f"{f['device']} está a {f['distance_m']:,} m de {f['other']}{_between(f)}"
    ),
    "devices_together": "están juntos otra vez",
    "likely_theft": lambda f: (
        f"probable robo: {_kinds(f['signals'])} en {f['minutes']} min ({f['alerts']})"
    ),
    "moves_on": "sigue su camino",
    "restricted_zone_entered": "entra a la zona restringida {name}",
    "restricted_zone_passed": lambda f: f"pasa por la zona restringida {f['name']} {_passed(f)}",
    "restricted_zone_left": "salió de ella",
    "wrong_crossing_approached": "ya se comprometió con {place}",
    "crossed_elsewhere": _crossed,
    # Coverage
    "coverage_gap": lambda f: f"no se supo nada durante los {f['seconds'] / 60:.0f} min anteriores",
    "never_heard": "nunca se le oyó en los {minutes} min desde que se asignó",
    "silent_moving": "{minutes} min sin señal; la última vez iba en movimiento",
    "silent_parked": "{minutes} min sin señal; la última vez estaba estacionado",
    "silent_after_jamming": "{minutes} min sin señal desde que lo bloquearon con un inhibidor",
    "silent_in_collapse": (
        "{minutes} min sin señal desde que perdió los satélites en plena marcha"
    ),
    "reports_slowly": lambda f: (
        f"reporta cada {f['every_s'] / 60:.0f} min en marcha; se pide cada "
        f"{f['asked_s'] / 60:g} min"
    ),
    "reports_as_asked": "reporta otra vez tan seguido como se pide",
    "heard_again": "se le oye de nuevo",
    "jamming_reported": "el dispositivo reporta un inhibidor de señal",
    "satellites_collapsed": "pierde los satélites con señal celular fuerte",
    "still_jammed": "sin recepción desde que lo bloquearon con un inhibidor",
    "reception_back": "volvió la recepción",
    "position_not_credible": _incredible,
    "course_against_movement": (
        "dice rumbo {told_deg}° y se mueve hacia {moved_deg}°, {metres} m en {seconds} s"
    ),
    "speed_against_movement": (
        "dice {told_kmh} km/h y se mueve a {kmh} km/h, {metres} m en {seconds} s"
    ),
    "far_from_cell": lambda f: (
        f"su celda no llega hasta ahí: {f['metres'] / 1000:,.1f} km más allá de su alcance"
    ),
    "track_replayed": (
        "{positions} posiciones seguidas ya habían venido, en este orden y hasta el último dígito"
    ),
    "device_id_twice": lambda f: (
        "dos dispositivos con un mismo número: sus posiciones volvieron a un segundo recorrido "
        f"{f['returns']} veces, a {f['metres'] / 1000:,.1f} km del primero"
    ),
    "satellites_few": "{satellites} satélites con señal celular fuerte ({cell_dbm} dBm)",
    "hdop_poor": lambda f: f"HDOP {f['hdop_tenths'] / 10:.1f}: los satélites están mal repartidos",
    "altitude_jumped": "su altitud salta de {before_m} m a {told_m} m",
    "position_credible": "la posición es creíble otra vez",
    "position_lost": "habla, y lleva {minutes} min sin posición",
    "position_frozen": "reporta velocidad, y su posición no ha cambiado en {minutes} min",
    "position_back": "se conoce otra vez su posición",
    "clock_ahead": "su reloj va {minutes} min adelantado",
    "clock_behind": "su reloj va {minutes} min atrasado, o su línea siempre tarda eso",
    "clock_rolled_over": "su reloj perdió {weeks} semanas",
    "clock_unset": "su reloj no está puesto",
    "clock_in_zone": lambda f: f"su reloj marca la hora de {_utc(f['offset_min'])}",
    "clock_learnt": lambda f: (
        f"su reloj marca la hora de {_utc(f['offset_min'])}, según {f['reports']} reportes "
        "seguidos: de aquí en adelante se corrige"
    ),
    "clock_right": "su reloj está bien otra vez",
    "battery_low": "la batería está en {percent} %, en el límite de {threshold} % o por debajo",
    "battery_low_told": "el dispositivo dice que su batería está baja",
    "battery_recovered": "la batería está otra vez en {percent} %",
    "unknown_device": "{device} reporta, y ningún embarque abierto lo nombra",
    "not_understood": lambda f: (
        f"no se puede leer lo que envió{': ' + f['place'] if f['place'] else ''}"
    ),
    "understood_again": "se le entiende de nuevo",
    "broken_before_shipment": _broken_before,
    # Custody
    "custody_offered": "{from} ofrece la custodia a {to}, sello {number} {state}",
    "custody_accepted": "{to} recibe la custodia de {from}, leyó el sello {number}",
    "declared_number_not_in_force": "{releaser} declara el sello {declared}, rige {in_force}",
    "read_number_differs": "{releaser} declaró el sello {declared}, {receiver} leyó {read}",
    "custody_not_accepted": "{receiver} no ha aceptado la custodia de {releaser}",
    "offer_replaced": "se ofreció de nuevo",
    "handover_completed": "se aceptó la custodia",
    # What people record of seals, and tell locks
    "seals_issued": _issued,
    "seal_voided": "el sello {number} queda anulado: {reason}",
    "seal_recorded": lambda f: f"se asienta el sello {f['number']}: {_reason(f['reason'])}",
    "opening_authorised": lambda f: f"{f['agency']} puede abrir el sello: {_reason(f['reason'])}",
    "command_sent": lambda f: f"{f['command']} para {f['device']}: {_reason(f['reason'])}",
    "command_result": _result,
    # Seals from the issue to the sealing
    "issued_to_shipment": "entregado al embarque",
    "issued_number_active": "se entregó el sello {number}, pero está activo en {elsewhere}",
    "issued_number_retired": "se entregó el sello {number}, pero se retiró con {elsewhere}",
    "sealed_without_shipment": lambda f: (
        f"el sello {f['number'] or '(sin número)'} se cerró sin embarque"
    ),
    "sealed": lambda f: f"sellado con {_number(f['named'])}",
    "sealed_in_doubt": _in_doubt,
    "number_void": "aparece el sello {number}, que está anulado o extraviado",
    "number_never_issued": "el sello {number} nunca se entregó",
    "number_on_other_shipment": "el sello {number} está en otro embarque, {elsewhere}",
    "lock_carries_other_number": "el candado lleva {read}, rige {in_force}",
    "number_written_otherwise": "el candado escribe {read}, que es {in_force}",
    "recorded_other_number": "alguien asentó {read}, rige {in_force}",
    # Seals that are opened
    "opened_where_forbidden": lambda f: f"{_opened(f)}, donde nadie puede",
    "found_open_after_silence": "se encontró abierto después de un silencio",
    "opened_while_moving": "abierto en movimiento",
    "opened_with_leave": lambda f: (
        f"{_opened(f)} con permiso de {f['agency']}: {_reason(f['reason'])}"
    ),
    "opened_off_route": "abierto fuera de la ruta",
    "opened_without_credential": lambda f: f"{_opened(f)} sin credencial conocida",
    "opened_where_unusual": lambda f: f"{_opened(f)}, donde no es lo usual",
    "opened_leave_owed": _opened,
    "opened_at_unplanned_stop": lambda f: f"{_opened(f)}, en una parada no planeada",
    "opening_word_awaited": lambda f: f"se encontró {_opened(f)}; falta saber quién lo abrió",
    "opening_proven": "ya se supo quién lo abrió: fue con permiso",
    "still_open": "sigue abierto",
    "opening_not_recorded": "abierto, y nadie asentó una autorización en {within_min} min",
    "opening_recorded": "se asentó la autorización",
    "unlock_refused": _refused,
    # Seals that are violated, or fail
    "rope_cut": "cortaron el cable",
    "shell_opened": "abrieron la carcasa del candado",
    "cover_opened_then_moved": "abrieron la tapa trasera y luego el camión se movió",
    "cover_opened": "abrieron la tapa trasera",
    "vibration": "vibración en el candado, con el camión detenido",
    "vibration_with_sign": lambda f: (
        f"vibración en el candado, y {SIGNS.get(f['sign'], f['sign'])}"
    ),
    "motor_stuck": "el motor del candado está trabado",
    "lock_fault": "el candado reporta una falla",
    "fault_over": "terminó la falla",
    "seal_unheard": "su dispositivo habla, y lleva {minutes} min sin decir nada del sello",
    "seal_heard_again": "su dispositivo habla otra vez del sello: la continuidad no está probada",
    # Seals that are sealed again, heard again, inspected, released
    "resealed": lambda f: f"sellado de nuevo con {_number(f['named'])}",
    "resealed_old_number": "sellado de nuevo con el número viejo {number}",
    "resealed_over_limit": "sellado de nuevo {times} veces, el límite es {limit}",
    "reseal_incomplete": "el nuevo sello se asentó sin {missing}",
    "reseal_not_recorded": "sellado de nuevo, y nadie asentó número, oficial, autoridad y motivo",
    "reseal_recorded": "se asentó el nuevo sello",
    "resealed_silently": "sellado de nuevo en silencio, sin reporte de incidente ni visto bueno",
    "incident_signed_off": "visto bueno al incidente: {reason}",
    "inspected": "inspeccionado y con visto bueno",
    "left_unsealed": "sale de {place} sin sello",
    "never_sealed": "va en camino y nunca se selló",
    "sealed_again": "sellado otra vez",
    "serials_unbroken": "se le oye de nuevo: folios sin interrupción",
    "serials_absent": "se le oye de nuevo: no tiene folios: la continuidad no está probada",
    "serials_began_anew": (
        "se le oye de nuevo: sus folios empezaron de cero: la continuidad no está probada"
    ),
    "serials_filled": "se le oye de nuevo: los reportes guardados llenaron el hueco",
    "serials_still_missing": "se le oye de nuevo: con un hueco en los folios",
    "serials_missing": "{missing} de sus reportes entre los folios {after} y {before} no llegaron",
    "lock_count_changed": "su contador de cierres pasó de {had} a {has} sin que nadie lo viera",
    "reappeared_off_route": "reaparece fuera de la ruta después de un silencio",
    "released_in_other_yard": "liberado en otro patio que el de destino",
    "released_before_last_leg": "liberado antes del último tramo",
    "released_away_from_destination": "liberado lejos del destino",
    "released_without_reading": "liberado sin que el destinatario leyera el número del sello",
    "released_number_differs": "el destinatario leyó {read}, regía {in_force}",
    # Who was told
    "notice_accepted": lambda f: (
        f"se avisó por {f['channel']}{_contact(f)} ({f['update']} de {f['notice']}) tras "
        f"{f['milliseconds'] / 1000:.1f} s{_attempts(f)}"
    ),
    "notice_dead": lambda f: (
        f"no se pudo avisar por {f['channel']}{_contact(f)} ({f['update']} de {f['notice']})"
        f"{_attempts(f)}: {f['reason']}"
    ),
    "notice_undelivered": lambda f: f"a nadie se pudo avisar por {f['channel']}: {f['reason']}",
    "channel_delivers_again": lambda f: f"{f['channel']} entrega otra vez",
    # What people do about an alert: their own words
    "alert_folded": "es parte de {into}",
    "alert_not_acknowledged": "nadie la atendió a tiempo",
    "alert_acknowledged": "{note}",
    "alert_closed": _closed,
    "alert_accepted": _accepted,
}
