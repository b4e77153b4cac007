"""Spanish, as it is spoken on the Mexican side of the border: a phrase for each code of
`tracker.domain.codes`. Each takes the same facts as its English one (`en`).
"""

from __future__ import annotations

from sealproof.wording.es import parts as p
from sealproof.wording.phrase import Phrases

PHRASES: Phrases = {
    # The record
    "shipment_opened": "se abre el embarque",
    "shipment_amended": "se modifica {changed}: {reason}",
    "delivered": lambda f: f["reason"] or "entregado",
    "given_up": lambda f: f"se da por perdido: {p.reason(f['reason'])}",
    "closing_corrected": lambda f: (
        f"se corrige su cierre{', el número leído fue ' + f['number'] if f['number'] else ''}: "
        f"{f['reason']}"
    ),
    "record_handed_out": "se entregó el expediente, {entries} asientos",
    "readings_bound": "{fresh} lecturas desde el último asiento, {readings} en total",
    "zones_in_force": "{zones} zonas y {corridors} corredores, versión {version}",
    "zones_redrawn": p.redrawn,
    "key_rotated": "de aquí en adelante otra llave firma la bitácora",
    "host_clock_stepped": p.stepped,
    "data_erased": "se borraron {values} datos personales: {reason}",
    "rule_failed": "falló la regla {rule}: {error}",
    "record_shared": "el registro se comparte con {reader} hasta {until}",
    "share_withdrawn": "el registro ya no se comparte con {reader}",
    "record_read": "se leyó el registro: {what}",
    "user_changed": "usuario {user} ({role}): {change}",
    # The journey
    "zone_entered": "entra a {name}",
    "zone_left": lambda f: f"sale de {f['name']}{p.minutes(f, 'después de')}",
    "zone_passed": lambda f: f"pasa por {f['name']} {p.passed(f)}",
    "leg_completed": "terminó el tramo {leg} de {legs}",
    "leg_overdue": p.overdue,
    "delay_excused": lambda f: (
        f"el tramo {f['leg']} queda disculpado hasta {f['until']}: {p.reason(f['reason'])}"
    ),
    "delay_is_excused": "está disculpado hasta {until}",
    "arrived": "llegó",
    "off_corridor": lambda f: f"{f['offset_m']:,} m fuera del corredor{p.minutes(f, 'durante')}",
    "back_on_corridor": "de vuelta en el corredor",
    "standing_unplanned": "lleva {minutes} min detenido donde no hay parada programada",
    "standing_asleep": (
        "lleva {minutes} min detenido donde no hay parada programada, según lo último que dijo su "
        "dispositivo, que está en reposo"
    ),
    "standing_first_mile": (
        "lleva {minutes} min detenido, tan cerca de su origen que no se espera ninguna parada"
    ),
    "standing_last_mile": (
        "lleva {minutes} min detenido, tan cerca de su destino que no se espera ninguna parada"
    ),
    "fell_back": lambda f: p.back("ha retrocedido", f),
    "turned_back": lambda f: p.back("dio la vuelta y ha regresado", f),
    "heading_home": lambda f: p.back("va sellado de regreso a su origen:", f),
    "came_home": lambda f: p.back("volvió sellado a su origen:", f),
    "on_its_way_again": "va otra vez en camino",
    "waypoint_missed": "pasa {name} de largo, sin entrar",
    "waypoint_out_of_order": "entra a {name} antes que a {before}",
    "waypoint_reached": "al fin entra ahí",
    "devices_apart": lambda f: (
        f"{f['device']} está a {f['distance_m']:,} m de {f['other']}{p.between(f)}"
    ),
    "devices_together": "están juntos otra vez",
    "likely_theft": lambda f: (
        f"probable robo: {p.kinds(f['signals'])} en {f['minutes']} min ({f['alerts']})"
    ),
    "moves_on": "sigue su camino",
    "restricted_zone_entered": "entra a la zona restringida {name}",
    "restricted_zone_passed": lambda f: f"pasa por la zona restringida {f['name']} {p.passed(f)}",
    "restricted_zone_left": "salió de ella",
    "wrong_crossing_approached": "ya tomó el acceso a {place}",
    "crossed_elsewhere": p.crossed,
    # Coverage
    "coverage_gap": lambda f: f"no se supo nada durante los {f['seconds'] / 60:.0f} min anteriores",
    "never_heard": "no ha reportado ni una vez en los {minutes} min desde que se asignó",
    "silent_moving": "{minutes} min sin señal; la última vez iba en movimiento",
    "silent_parked": "{minutes} min sin señal; la última vez estaba estacionado",
    "silent_after_jamming": "{minutes} min sin señal desde que lo bloqueó un inhibidor (jammer)",
    "silent_in_collapse": (
        "{minutes} min sin señal desde que perdió los satélites en plena marcha"
    ),
    "reports_slowly": lambda f: (
        f"reporta cada {f['every_s'] / 60:.0f} min en movimiento; se le pide cada "
        f"{f['asked_s'] / 60:g} min"
    ),
    "reports_as_asked": "reporta otra vez con la frecuencia que se pide",
    "heard_again": "vuelve a reportar",
    "jamming_reported": "el dispositivo reporta un inhibidor de señal (jammer)",
    "satellites_collapsed": "perdió los satélites con buena señal celular",
    "still_jammed": "sin recepción desde que lo bloqueó un inhibidor (jammer)",
    "reception_back": "volvió la recepción",
    "position_not_credible": p.incredible,
    "course_against_movement": (
        "dice rumbo {told_deg}° y se mueve hacia {moved_deg}°, {metres} m en {seconds} s"
    ),
    "speed_against_movement": (
        "dice {told_kmh} km/h y se mueve a {kmh} km/h, {metres} m en {seconds} s"
    ),
    "far_from_cell": lambda f: (
        f"su antena celular no alcanza hasta ahí: {f['metres'] / 1000:,.1f} km de más"
    ),
    "track_replayed": (
        "{positions} posiciones seguidas ya habían venido, en este orden y hasta el último dígito"
    ),
    "device_id_twice": lambda f: (
        "dos dispositivos con un mismo número: sus posiciones saltaron a un segundo recorrido "
        f"{f['returns']} veces, a {f['metres'] / 1000:,.1f} km del primero"
    ),
    "satellites_few": "{satellites} satélites con buena señal celular ({cell_dbm} dBm)",
    "hdop_poor": lambda f: f"HDOP {f['hdop_tenths'] / 10:.1f}: los satélites están mal repartidos",
    "altitude_jumped": "su altitud salta de {before_m} m a {told_m} m",
    "position_credible": "la posición es creíble otra vez",
    "position_lost": "reporta, pero lleva {minutes} min sin posición",
    "position_frozen": "reporta velocidad, y su posición no ha cambiado en {minutes} min",
    "position_back": "se conoce otra vez su posición",
    "clock_ahead": "su reloj va {minutes} min adelantado",
    "clock_behind": "su reloj va {minutes} min atrasado, o su línea siempre tarda eso",
    "clock_rolled_over": "su reloj perdió {weeks} semanas",
    "clock_unset": "su reloj no está puesto",
    "clock_in_zone": lambda f: f"su reloj marca la hora de {p.utc(f['offset_min'])}",
    "clock_learnt": lambda f: (
        f"su reloj marca la hora de {p.utc(f['offset_min'])}, según {f['reports']} reportes "
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
    "understood_again": "sus mensajes se leen otra vez",
    "broken_before_shipment": p.broken_before,
    # Custody
    "custody_offered": "{from} ofrece la custodia a {to}, sello {number} {state}",
    "custody_accepted": "{to} recibe la custodia de {from}, leyó el sello {number}",
    "declared_number_not_in_force": (
        "{releaser} declara el sello {declared}; el vigente es {in_force}"
    ),
    "read_number_differs": "{releaser} declaró el sello {declared}, {receiver} leyó {read}",
    "custody_not_accepted": "{receiver} no ha aceptado la custodia de {releaser}",
    "offer_replaced": "se ofreció de nuevo",
    "handover_completed": "se aceptó la custodia",
    # What people record of seals, and tell locks
    "seals_issued": p.issued,
    "seal_voided": "el sello {number} queda anulado: {reason}",
    "seal_recorded": lambda f: f"se asienta el sello {f['number']}: {p.reason(f['reason'])}",
    "opening_authorised": lambda f: f"{f['agency']} puede abrir el sello: {p.reason(f['reason'])}",
    "command_sent": lambda f: f"{f['command']} para {f['device']}: {p.reason(f['reason'])}",
    "command_result": p.result,
    # Seals from the issue to the sealing
    "issued_to_shipment": "entregado al embarque",
    "issued_number_active": "se entregó el sello {number}, pero está activo en {elsewhere}",
    "issued_number_retired": "se entregó el sello {number}, pero se retiró con {elsewhere}",
    "sealed_without_shipment": lambda f: (
        f"el sello {f['number'] or '(sin número)'} se cerró sin embarque"
    ),
    "sealed": lambda f: f"sellado con {p.number(f['named'])}",
    "sealed_in_doubt": p.in_doubt,
    "number_void": "aparece el sello {number}, que está anulado o extraviado",
    "number_never_issued": "el sello {number} nunca se entregó",
    "number_on_other_shipment": "el sello {number} está en otro embarque, {elsewhere}",
    "lock_carries_other_number": "el candado trae {read}; el vigente es {in_force}",
    "number_written_otherwise": "el candado escribe {read}, que es {in_force}",
    "recorded_other_number": "alguien asentó {read}; el vigente es {in_force}",
    # Seals that are opened
    "opened_where_forbidden": lambda f: f"{p.opened(f)}, donde nadie puede",
    "found_open_after_silence": "se encontró abierto después de un rato sin señal",
    "opened_while_moving": "abierto en movimiento",
    "opened_with_leave": lambda f: (
        f"{p.opened(f)} con permiso de {f['agency']}: {p.reason(f['reason'])}"
    ),
    "opened_off_route": "abierto fuera de la ruta",
    "opened_without_credential": lambda f: f"{p.opened(f)} sin credencial conocida",
    "opened_where_unusual": lambda f: f"{p.opened(f)}, donde no es lo usual",
    "opened_leave_owed": p.opened,
    "opened_at_unplanned_stop": lambda f: f"{p.opened(f)}, en una parada no programada",
    "opening_word_awaited": lambda f: f"se encontró {p.opened(f)}; falta saber quién lo abrió",
    "opening_proven": "ya se supo quién lo abrió: fue con permiso",
    "still_open": "sigue abierto",
    "opening_not_recorded": "abierto, y nadie asentó una autorización en {within_min} min",
    "opening_recorded": "se asentó la autorización",
    "unlock_refused": p.refused,
    # Seals that are violated, or fail
    "rope_cut": "cortaron el cable",
    "shell_opened": "abrieron la carcasa del candado",
    "cover_opened_then_moved": "abrieron la tapa trasera y luego el camión se movió",
    "cover_opened": "abrieron la tapa trasera",
    "vibration": "vibración en el candado, con el camión detenido",
    "vibration_with_sign": lambda f: (
        f"vibración en el candado, y {p.SIGNS.get(f['sign'], f['sign'])}"
    ),
    "motor_stuck": "el motor del candado está trabado",
    "lock_fault": "el candado reporta una falla",
    "fault_over": "terminó la falla",
    "seal_unheard": "su dispositivo reporta, pero lleva {minutes} min sin decir nada del sello",
    "seal_heard_again": "su dispositivo informa otra vez del sello: la continuidad no está probada",
    # Seals that are sealed again, heard again, inspected, released
    "resealed": lambda f: f"sellado de nuevo con {p.number(f['named'])}",
    "resealed_old_number": "sellado de nuevo con el número viejo {number}",
    "resealed_over_limit": "sellado de nuevo {times} veces, el límite es {limit}",
    "reseal_incomplete": "el nuevo sello se asentó sin {missing}",
    "reseal_not_recorded": "sellado de nuevo, y nadie asentó número, oficial, autoridad y motivo",
    "reseal_recorded": "se asentó el nuevo sello",
    "resealed_silently": "sellado de nuevo sin avisar, sin reporte de incidente ni visto bueno",
    "incident_signed_off": "visto bueno al incidente: {reason}",
    "inspected": "inspeccionado y con visto bueno",
    "left_unsealed": "sale de {place} sin sello",
    "never_sealed": "va en camino y nunca se selló",
    "sealed_again": "sellado otra vez",
    "serials_unbroken": "vuelve a reportar: consecutivos completos",
    "serials_absent": (
        "vuelve a reportar, y sus reportes no llevan consecutivo: la continuidad no está probada"
    ),
    "serials_began_anew": (
        "vuelve a reportar, y su consecutivo empezó de cero: la continuidad no está probada"
    ),
    "serials_filled": "vuelve a reportar: los reportes guardados llenaron el hueco",
    "serials_still_missing": "vuelve a reportar, con un hueco en el consecutivo",
    "serials_missing": (
        "{missing} de sus reportes no llegaron, entre los consecutivos {after} y {before}"
    ),
    "lock_count_changed": "su contador de cierres pasó de {had} a {has} sin que nadie lo viera",
    "reappeared_off_route": "reaparece fuera de la ruta después de un rato sin señal",
    "released_in_other_yard": "liberado en otro patio que el de destino",
    "released_before_last_leg": "liberado antes del último tramo",
    "released_away_from_destination": "liberado lejos del destino",
    "released_without_reading": "liberado sin que el destinatario leyera el número del sello",
    "released_number_differs": "el destinatario leyó {read}; el vigente era {in_force}",
    # Who was told
    "notice_accepted": lambda f: (
        f"se avisó por {f['channel']}{p.contact(f)} ({f['update']} de {f['notice']}) tras "
        f"{f['milliseconds'] / 1000:.1f} s{p.attempts(f)}"
    ),
    "notice_dead": lambda f: (
        f"no se pudo avisar por {f['channel']}{p.contact(f)} ({f['update']} de {f['notice']})"
        f"{p.attempts(f)}: {f['reason']}"
    ),
    "notice_undelivered": lambda f: f"a nadie se pudo avisar por {f['channel']}: {f['reason']}",
    "channel_delivers_again": lambda f: f"{f['channel']} entrega otra vez",
    # What people do about an alert: their own words
    "alert_folded": "es parte de {into}",
    "alert_not_acknowledged": "nadie la atendió a tiempo",
    "alert_acknowledged": "{note}",
    "alert_acknowledged_before": p.acknowledged_before,
    "alert_assigned": p.assigned,
    "alert_commented": "{text}",
    "alert_snoozed": p.snoozed,
    "snooze_time_over": "pospuesta hasta {until}, que ya pasó",
    "snooze_left_place": "pospuesta dentro de {limit_m:,} m, y está a {distance_m:,} m de ahí",
    "snooze_left_zone": "pospuesta en {in_zone}, de donde salió",
    "alert_closed": p.closed,
    "alert_accepted": p.accepted,
}
